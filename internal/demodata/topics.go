package demodata

// A topic is what a conversation is about.
type topic struct {
	tags    []string // the first fits always, the others sometimes
	team    string   // who deals with it
	weight  float64
	button  [2]string // in the bot's menu
	payload string
	opens   speech // the contact's first words
	answers speech // an agent's
	asks    speech // the contact's further words
	bot     speech // the bot's own answer; empty: only people can help
	photos  float64
}

var topics = []topic{
	{
		tags: []string{"ventas", "cotización", "urgente"}, team: teamSales, weight: 26,
		button: [2]string{"Comprar", "Comprar"}, payload: "menu_comprar", photos: 0.05,
		opens: speech{
			says("Hola! Quiero saber el precio de la heladera de 300 litros",
				"Buenas, ¿tienen stock del lavarropas de 8 kg?",
				"Hola, vi la publicación y quiero más información",
				"Buenos días, ¿hacen precio por dos colchones?",
				"¿Qué formas de pago tienen?",
				"Hola, ¿me pueden cotizar un juego de comedor para seis?",
				"¿Sigue vigente la promo de la semana?",
				"Hola, ¿envían a provincia? Me interesa el aire acondicionado"),
			says("Oi! Queria saber o preço da geladeira de 300 litros",
				"Bom dia, vocês têm a lava e seca de 10 kg em estoque?",
				"Olá, vi o anúncio e quero mais informações",
				"Boa tarde, fazem desconto para duas unidades?",
				"Quais são as formas de pagamento?",
				"Oi, vocês entregam em Campinas? Gostei do sofá de três lugares",
				"A promoção da semana ainda está valendo?",
				"Oi, pode me passar um orçamento de uma mesa para seis lugares?"),
		},
		answers: speech{
			says("Sí, tenemos stock. Se lo puedo enviar mañana mismo.",
				"El precio final es con envío incluido y hasta 12 cuotas sin interés.",
				"Le paso la cotización en un momento, {nombre}.",
				"Pagando por transferencia tiene un 10 % de descuento.",
				"Perfecto, le genero el link de pago. ¿Me confirma su dirección?",
				"Ese modelo llega el jueves. ¿Quiere que se lo reserve?",
				"Por dos unidades le puedo mejorar el precio."),
			says("Temos sim, à pronta entrega. Posso enviar amanhã.",
				"O valor já é com frete incluso e em até 12x sem juros.",
				"Já te passo o orçamento, {nombre}, só um instante.",
				"No Pix tem 10% de desconto.",
				"Perfeito, vou gerar o link de pagamento. Me confirma o endereço?",
				"Esse modelo chega na quinta-feira. Quer que eu reserve?",
				"Levando duas unidades consigo melhorar o preço."),
		},
		asks: speech{
			says("¿Y con tarjeta de débito?", "Genial, ¿cuánto demora el envío?", "¿Tiene garantía?", "¿Me pasás fotos?",
				"Lo consulto con mi pareja y te aviso", "Dale, lo quiero", "¿Lo tienen en color gris?"),
			says("E no cartão de débito?", "Ótimo, quanto tempo demora a entrega?", "Tem garantia?", "Pode mandar fotos?",
				"Vou ver com meu marido e te aviso", "Fechado, quero sim", "Tem na cor cinza?"),
		},
	},
	{
		tags: []string{"envío", "demora"}, team: teamLogistics, weight: 24,
		button: [2]string{"Mi pedido", "Meu pedido"}, payload: "menu_pedido", photos: 0.03,
		opens: speech{
			says("Hola, ¿dónde está mi pedido {pedido}?",
				"Buen día, me dijeron que llegaba ayer y no llegó nada",
				"Quiero saber cuándo llega mi compra",
				"Hola, necesito cambiar la dirección de entrega",
				"El seguimiento dice entregado pero no recibí nada",
				"¿Pueden entregarlo después de las 18?"),
			says("Oi, cadê o meu pedido {pedido}?",
				"Bom dia, era para chegar ontem e não chegou",
				"Queria saber quando chega minha compra",
				"Oi, preciso mudar o endereço de entrega",
				"O rastreio diz entregue mas não recebi nada",
				"Podem entregar depois das 18h?"),
		},
		answers: speech{
			says("Ya lo reviso, {nombre}. ¿Me pasa el número de pedido?",
				"Su pedido {pedido} está en reparto, llega hoy antes de las 20.",
				"El transporte tuvo una demora, lo reprogramé para mañana a primera hora.",
				"Listo, cambié la dirección de entrega.",
				"Abrí un reclamo con el correo, en 24 horas le confirmo.",
				"Le comparto el seguimiento actualizado."),
			says("Já verifico, {nombre}. Me passa o número do pedido?",
				"Seu pedido {pedido} saiu para entrega, chega hoje até as 20h.",
				"A transportadora teve um atraso, reagendei para amanhã cedo.",
				"Pronto, alterei o endereço de entrega.",
				"Abri uma ocorrência com a transportadora, em 24 horas te confirmo.",
				"Segue o rastreio atualizado."),
		},
		asks: speech{
			says("{pedido}", "Ok, ¿a qué hora más o menos?", "Es la segunda vez que me pasa", "No voy a estar a esa hora",
				"¿Lo puede recibir el portero?", "Bueno, espero"),
			says("{pedido}", "Ok, mais ou menos que horas?", "É a segunda vez que isso acontece", "Não vou estar nesse horário",
				"O porteiro pode receber?", "Tá bom, fico no aguardo"),
		},
		bot: speech{
			says("Su pedido {pedido} está en camino. Llega mañana entre las 9 y las 18.",
				"El pedido {pedido} fue despachado ayer. Puede seguirlo desde su cuenta."),
			says("Seu pedido {pedido} está a caminho. Chega amanhã entre 9h e 18h.",
				"O pedido {pedido} foi despachado ontem. Acompanhe pela sua conta."),
		},
	},
	{
		tags: []string{"garantía", "reclamo", "urgente"}, team: teamSupport, weight: 15,
		button: [2]string{"Soporte", "Suporte"}, payload: "menu_soporte", photos: 0.22,
		opens: speech{
			says("El producto llegó con un golpe en un costado",
				"Hola, el lavarropas no enciende y lo compré hace un mes",
				"Me llegó un modelo distinto al que pedí",
				"La heladera hace mucho ruido, necesito un técnico",
				"Hola, faltan los tornillos de la mesa",
				"Estoy muy molesta, es la tercera vez que escribo por lo mismo"),
			says("O produto chegou com a lateral amassada",
				"Oi, a máquina não liga e comprei faz um mês",
				"Recebi um modelo diferente do que pedi",
				"A geladeira está fazendo muito barulho, preciso de um técnico",
				"Oi, faltaram os parafusos da mesa",
				"Estou bem chateada, é a terceira vez que escrevo sobre isso"),
		},
		answers: speech{
			says("Lamento mucho lo ocurrido, {nombre}. ¿Me puede enviar una foto?",
				"Está dentro de la garantía, coordinamos la visita del técnico.",
				"Le enviamos el repuesto sin cargo.",
				"Ya generé el caso, el técnico lo visita el miércoles.",
				"¿Probó desenchufarlo diez minutos?",
				"Entiendo la molestia, lo resolvemos hoy."),
			says("Sinto muito pelo ocorrido, {nombre}. Pode me enviar uma foto?",
				"Está na garantia, vamos agendar a visita do técnico.",
				"Vamos enviar a peça sem custo.",
				"Já abri o chamado, o técnico passa na quarta-feira.",
				"Chegou a desligar da tomada por dez minutos?",
				"Entendo o incômodo, vamos resolver hoje."),
		},
		asks: speech{
			says("Ahí te mando la foto", "Sí, ya probé y sigue igual", "¿Cuánto demora el técnico?", "¿Y si no tiene arreglo?",
				"El miércoles no puedo", "Quiero que me lo cambien"),
			says("Vou mandar a foto", "Já tentei e continua igual", "Quanto tempo o técnico demora?", "E se não tiver conserto?",
				"Na quarta não posso", "Quero que troquem o produto"),
		},
	},
	{
		tags: []string{"pago", "cuotas", "moroso"}, team: teamCollections, weight: 11,
		button: [2]string{"Pagos", "Pagamentos"}, payload: "menu_pagos", photos: 0.18,
		opens: speech{
			says("Hola, ya pagué la cuota y me sigue figurando pendiente",
				"¿Cómo puedo pagar la cuota de este mes?",
				"Se me venció el cupón, ¿me mandan otro?",
				"Quisiera refinanciar lo que debo",
				"Me cobraron dos veces"),
			says("Oi, já paguei a parcela e continua em aberto",
				"Como faço para pagar a parcela deste mês?",
				"O boleto venceu, podem me mandar outro?",
				"Queria renegociar o que devo",
				"Fui cobrado duas vezes"),
		},
		answers: speech{
			says("Le envío el cupón actualizado.",
				"Ya veo el pago acreditado, {nombre}. Queda al día.",
				"Podemos dividirlo en tres cuotas, ¿le sirve?",
				"La devolución se ve en su tarjeta en 5 días hábiles.",
				"¿Me comparte el comprobante, por favor?"),
			says("Segue o boleto atualizado.",
				"Já consta o pagamento, {nombre}. Está tudo em dia.",
				"Podemos dividir em três vezes, fica bom?",
				"O estorno aparece na fatura em até 5 dias úteis.",
				"Pode me enviar o comprovante, por favor?"),
		},
		asks: speech{
			says("Ahí va el comprobante", "¿Hasta qué día puedo pagar?", "¿Se puede con tarjeta?", "En tres cuotas está bien", "Gracias, lo pago hoy"),
			says("Segue o comprovante", "Até que dia posso pagar?", "Pode ser no cartão?", "Em três vezes fica bom", "Obrigado, pago hoje"),
		},
		bot: speech{
			says("Puede pagar desde este enlace con tarjeta o transferencia. El pago se acredita en el día.",
				"Su próxima cuota vence el día 10. Le enviamos el cupón a su correo."),
			says("Você pode pagar por este link com cartão ou Pix. O pagamento cai no mesmo dia.",
				"Sua próxima parcela vence no dia 10. Enviamos o boleto por e-mail."),
		},
	},
	{
		tags: []string{"cambio", "devolución"}, team: teamAfterSales, weight: 9,
		button: [2]string{"Cambios", "Trocas"}, payload: "menu_cambios", photos: 0.08,
		opens: speech{
			says("Hola, quiero cambiar el sillón por otro color",
				"¿Cuántos días tengo para devolver?",
				"Quiero devolver la compra, no es lo que esperaba",
				"¿El retiro del cambio tiene costo?"),
			says("Oi, quero trocar a poltrona por outra cor",
				"Quantos dias tenho para devolver?",
				"Quero devolver a compra, não era o que eu esperava",
				"A coleta da troca tem custo?"),
		},
		answers: speech{
			says("Tiene 10 días desde que lo recibió.",
				"El retiro es sin cargo, ¿le queda bien el viernes?",
				"Listo, {nombre}, le envié la etiqueta de devolución.",
				"Cuando llegue al depósito hacemos el reintegro."),
			says("São 7 dias a partir do recebimento.",
				"A coleta é gratuita, sexta-feira fica bom?",
				"Pronto, {nombre}, enviei a etiqueta de devolução.",
				"Assim que chegar no depósito fazemos o reembolso."),
		},
		asks: speech{
			says("El viernes está bien", "¿Tiene que estar en la caja original?", "¿Y el dinero cuándo vuelve?", "Prefiero otro modelo"),
			says("Sexta está ótimo", "Precisa estar na caixa original?", "E o dinheiro, quando volta?", "Prefiro outro modelo"),
		},
	},
	{
		tags: []string{"factura"}, team: teamAfterSales, weight: 8,
		button: [2]string{"Factura", "Nota fiscal"}, payload: "menu_factura", photos: 0.02,
		opens: speech{
			says("Hola, necesito la factura de mi compra", "¿Me pueden hacer la factura a nombre de mi empresa?", "No me llegó la factura al correo"),
			says("Oi, preciso da nota fiscal da minha compra", "Podem emitir a nota no CNPJ da empresa?", "Não recebi a nota fiscal no e-mail"),
		},
		answers: speech{
			says("Se la reenvío al correo registrado.", "Páseme los datos fiscales y la rehacemos.", "Ahí se la adjunto, {nombre}."),
			says("Vou reenviar para o e-mail cadastrado.", "Me passa os dados fiscais e refazemos.", "Segue em anexo, {nombre}."),
		},
		asks: speech{
			says("Ese correo ya no lo uso", "Recibida, gracias", "¿Puede ser en PDF?"),
			says("Não uso mais esse e-mail", "Recebi, obrigada", "Pode ser em PDF?"),
		},
		bot: speech{
			says("Le enviamos la factura del pedido {pedido} a su correo."),
			says("Enviamos a nota fiscal do pedido {pedido} para o seu e-mail."),
		},
	},
	{
		tags: []string{"horarios"}, team: teamSupport, weight: 7,
		button: [2]string{"Horarios", "Horários"}, payload: "menu_horarios",
		opens: speech{
			says("¿Hasta qué hora atienden hoy?", "¿Dónde queda la sucursal más cercana?", "¿Abren los domingos?"),
			says("Até que horas vocês atendem hoje?", "Onde fica a loja mais próxima?", "Vocês abrem no domingo?"),
		},
		answers: speech{
			says("Hoy atendemos hasta las 18.", "Le comparto la ubicación de la sucursal.", "Los domingos cerramos, pero puede comprar en el sitio."),
			says("Hoje atendemos até as 18h.", "Segue a localização da loja.", "Aos domingos fechamos, mas o site funciona sempre."),
		},
		asks: speech{
			says("Perfecto", "¿Y mañana?", "¿Hay estacionamiento?"),
			says("Perfeito", "E amanhã?", "Tem estacionamento?"),
		},
		bot: speech{
			says("Atendemos de lunes a viernes de 9 a 18 y sábados de 9 a 13."),
			says("Atendemos de segunda a sexta das 8h às 18h e aos sábados das 9h às 13h."),
		},
	},
}

// The second account is a dental clinic.
var clinicTopics = []topic{
	{
		tags: []string{"turno", "primera vez"}, team: teamReception, weight: 60,
		button: [2]string{"Agendar hora", "Agendar"}, payload: "menu_agendar",
		opens: speech{says("Hola, quiero agendar una hora", "Buenas tardes, ¿tienen hora para esta semana?", "Necesito cambiar mi hora del jueves",
			"¿Atienden niños?"), nil},
		answers: speech{says("Tengo disponible el martes a las 16:00.", "Listo, {nombre}, queda agendado.", "¿Prefiere en la mañana o en la tarde?",
			"Recuerde llegar diez minutos antes."), nil},
		asks: speech{says("El martes me sirve", "¿Más tarde no hay?", "En la mañana mejor", "¿Con qué doctora es?"), nil},
	},
	{
		tags: []string{"presupuesto", "convenio"}, team: teamReception, weight: 40,
		button: [2]string{"Precios", "Preços"}, payload: "menu_precios",
		opens: speech{says("¿Cuánto cuesta una limpieza?", "Hola, ¿trabajan con convenio?", "Quisiera un presupuesto de ortodoncia"), nil},
		answers: speech{says("La limpieza con evaluación está en promoción este mes.", "Sí, trabajamos con los principales convenios.",
			"El presupuesto se entrega después de la evaluación, que es sin costo."), nil},
		asks: speech{says("¿Incluye radiografía?", "¿Se puede pagar en cuotas?", "Quiero agendar entonces"), nil},
		bot:  speech{says("La limpieza dental con evaluación cuesta desde 25.000 pesos."), nil},
	},
}
