package demodata

import "strings"

// What people and bots say, in Spanish and Portuguese. "{nombre}", "{agente}"
// and "{pedido}" stand for the contact's first name, the agent's and an order.

// A language indexes everything that is said.
type language int

const (
	spanish language = iota
	portuguese
)

// A phrase is a text, perhaps with places to fill in.
type phrase struct {
	text  string
	blank bool
}

func says(texts ...string) []phrase {
	phrases := make([]phrase, len(texts))
	for i, text := range texts {
		phrases[i] = phrase{text, strings.Contains(text, "{")}
	}
	return phrases
}

// A speech holds the ways to say one thing in each language.
type speech [2][]phrase

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

// What is said in every conversation.
var (
	hello = speech{
		says("Hola", "Buenas", "Hola, buen día", "Buenas tardes"),
		says("Oi", "Olá", "Bom dia", "Boa tarde"),
	}
	botMenu = speech{
		says("¡Hola! Soy el asistente virtual. ¿En qué puedo ayudarle?", "Hola {nombre}, elija una opción para continuar:"),
		says("Olá! Sou o assistente virtual. Como posso ajudar?", "Oi {nombre}, escolha uma opção para continuar:"),
	}
	botHandoff = speech{
		says("Le paso con una persona del equipo, un momento por favor.", "En breve le responde un asesor."),
		says("Vou transferir para uma pessoa da equipe, um momento por favor.", "Em instantes um atendente responde."),
	}
	botMore = speech{
		says("¿Puedo ayudarle en algo más?"),
		says("Posso ajudar em algo mais?"),
	}
	botDone = speech{
		says("¡Gracias por escribirnos!", "Anotado, que tenga un buen día."),
		says("Obrigado pelo contato!", "Anotado, tenha um ótimo dia."),
	}
	botStop = speech{
		says("Entendido, no le enviaremos más promociones."),
		says("Entendido, você não receberá mais promoções."),
	}
	closedNow = speech{
		says("En este momento estamos fuera del horario de atención. Le responderemos apenas abramos."),
		says("No momento estamos fora do horário de atendimento. Responderemos assim que abrirmos."),
	}
	agentHello = speech{
		says("Hola {nombre}, soy {agente}. ¿Cómo está?", "Buen día {nombre}, le saluda {agente}.", "Hola, gracias por escribirnos. Soy {agente}."),
		says("Oi {nombre}, aqui é {agente}. Tudo bem?", "Bom dia {nombre}, aqui é {agente}.", "Olá, obrigado pelo contato. Sou {agente}."),
	}
	agentSorry = speech{
		says("Disculpe la demora, {nombre}."),
		says("Desculpe a demora, {nombre}."),
	}
	agentLater = speech{
		says("Lo consulto con el área y mañana le confirmo."),
		says("Vou verificar com o setor e amanhã te confirmo."),
	}
	agentBack = speech{
		says("Hola {nombre}, ya tengo la respuesta: está todo confirmado."),
		says("Oi {nombre}, já tenho a resposta: está tudo confirmado."),
	}
	agentBye = speech{
		says("¡Gracias por comunicarse! Que tenga un buen día.", "Quedo a disposición. ¡Saludos!", "Un gusto ayudarle, {nombre}."),
		says("Obrigado pelo contato! Tenha um ótimo dia.", "Fico à disposição. Abraço!", "Foi um prazer ajudar, {nombre}."),
	}
	contactThanks = speech{
		says("Muchas gracias", "Genial, gracias", "Listo, gracias!", "Perfecto, muy amable", "👍"),
		says("Muito obrigado", "Ótimo, obrigada", "Valeu!", "Perfeito, obrigado", "👍"),
	}
	contactHurries = speech{
		says("¿Hola?", "¿Hay alguien?", "Sigo esperando", "?"),
		says("Oi?", "Tem alguém aí?", "Continuo aguardando", "?"),
	}
	contactAgain = speech{
		says("Hola de nuevo, sigue sin resolverse", "Perdón, me quedó una duda", "Hola, al final no llegó", "Una consulta más"),
		says("Oi de novo, ainda não foi resolvido", "Desculpa, fiquei com uma dúvida", "Oi, no fim não chegou", "Só mais uma pergunta"),
	}
	contactYes = speech{
		says("Sí, dale", "Sí por favor", "Confirmo", "Ok"),
		says("Sim, pode ser", "Sim, por favor", "Confirmo", "Ok"),
	}
	contactWho = speech{
		says("¿Quién es?", "¿De qué se trata?", "Me interesa, ¿cómo hago?", "Ya lo compré, gracias", "Ahora no puedo, más tarde"),
		says("Quem é?", "Do que se trata?", "Tenho interesse, como faço?", "Já comprei, obrigado", "Agora não posso, mais tarde"),
	}
	askRating = speech{
		says("¿Cómo califica la atención recibida, del 1 al 5?"),
		says("Como você avalia o atendimento, de 1 a 5?"),
	}
	adOpener = speech{
		says("¡Hola! Quiero más información sobre esto.", "Hola, vi el anuncio y me interesa"),
		says("Olá! Quero mais informações sobre isso.", "Oi, vi o anúncio e tenho interesse"),
	}
	pushSMS = speech{
		says("Lumara: su pedido {pedido} llega hoy.", "Lumara: su cuota vence mañana. Pague en línea y evite recargos."),
		says("Lumara: seu pedido {pedido} chega hoje.", "Lumara: sua parcela vence amanhã. Pague online e evite juros."),
	}
	codeSMS = speech{
		says("Su código de verificación es {codigo}. No lo comparta."),
		says("Seu código de verificação é {codigo}. Não compartilhe."),
	}
	newsletter = speech{
		says("Novedades de la semana: hasta 40 % de descuento en línea blanca."),
		says("Novidades da semana: até 40% de desconto em eletrodomésticos."),
	}
)

// Comments of a satisfaction survey, from 1 to 5.
var comments = [5]speech{
	{
		says("Nadie me resolvió nada", "Pésima atención, tardaron dos días", "Sigo sin mi pedido"),
		says("Ninguém resolveu nada", "Péssimo atendimento, demoraram dois dias", "Continuo sem meu pedido"),
	},
	{
		says("Tuve que repetir todo varias veces", "Demoraron mucho en contestar"),
		says("Tive que repetir tudo várias vezes", "Demoraram muito para responder"),
	},
	{
		says("Se resolvió pero tardaron", "Regular", "Podría ser más rápido"),
		says("Resolveu, mas demorou", "Mais ou menos", "Poderia ser mais rápido"),
	},
	{
		says("Bien, gracias", "Buena atención", "Todo claro, solo un poco lento"),
		says("Bom atendimento", "Tudo certo, obrigada", "Bem claro, só um pouco lento"),
	},
	{
		says("Excelente atención", "Muy amable y rápido", "Me resolvió todo en minutos, gracias {agente}", "¡Un diez!"),
		says("Excelente atendimento", "Muito atencioso e rápido", "Resolveu tudo em minutos, obrigado {agente}", "Nota dez!"),
	},
}

// A button is a quick reply of a template and what pressing it means.
type button struct {
	title, payload string
	answer         answer
}

// An answer is what the contact who presses a button wants.
type answer int

const (
	wantsPerson answer = iota // goes to a person
	accepts                   // the bot thanks
	declines                  // the bot takes note
)

// A template is a pre-approved message.
type template struct {
	name, language, category string
	body                     phrase
	buttons                  []button
	appeal                   float64 // how much it is answered; 1 is usual
	topic                    int     // what its answers are about, an index in topics
}

func approved(name, language, category, body string, appeal float64, topic int, buttons ...button) *template {
	return &template{name: name, language: language, category: category, body: says(body)[0], appeal: appeal, topic: topic, buttons: buttons}
}

const (
	marketing      = "marketing"
	utility        = "utility"
	authentication = "authentication"
)

// The topics that templates lead to.
const (
	aboutSales = iota
	aboutDelivery
	aboutSupport
	aboutPayment
)

// The templates.
var (
	promoWeekend = approved("promo_fin_de_semana", "es_MX", marketing,
		"Hola {nombre} 👋 Este fin de semana tienes hasta 40 % de descuento en línea blanca y envío gratis.", 1.1, aboutSales,
		button{"Quiero la oferta", "promo_si", wantsPerson}, button{"No, gracias", "promo_no", declines})
	clearance = approved("liquidacion_temporada", "es_MX", marketing,
		"{nombre}, llegó la liquidación de temporada: últimas piezas en recámaras y comedores.", 0.9, aboutSales,
		button{"Ver piezas", "liquidacion_ver", wantsPerson}, button{"No recibir más", "baja", declines})
	clearance2 = approved("liquidacion_temporada_v2", "es_MX", marketing,
		"{nombre}, estas son las últimas piezas de la temporada. Responde para reservar la tuya.", 1, aboutSales,
		button{"Reservar", "liquidacion_reserva", wantsPerson}, button{"No recibir más", "baja", declines})
	hotSale = approved("hot_sale_cuotas", "es_AR", marketing,
		"¡{nombre}, empezó el Hot Sale! 18 cuotas sin interés en heladeras, lavarropas y aires.", 1.15, aboutSales,
		button{"Ver ofertas", "hotsale_ver", wantsPerson}, button{"Hablar con un asesor", "hotsale_asesor", wantsPerson})
	comeBack = approved("reactivacion_clientes", "es_AR", marketing,
		"Hola {nombre}, hace tiempo que no nos visitás. Te dejamos un cupón del 15 % para tu próxima compra.", 0.8, aboutSales,
		button{"Usar cupón", "cupon_usar", wantsPerson}, button{"Ahora no", "cupon_no", declines})
	consumerWeek = approved("oferta_semana_consumidor", "pt_BR", marketing,
		"Oi {nombre}! Semana do Consumidor com até 50% OFF e frete grátis para todo o Brasil.", 1.1, aboutSales,
		button{"Quero aproveitar", "oferta_sim", wantsPerson}, button{"Agora não", "oferta_nao", declines})
	freeShipping = approved("frete_gratis", "pt_BR", marketing,
		"{nombre}, só hoje: frete grátis em qualquer compra. Aproveite!", 0.95, aboutSales,
		button{"Quero", "frete_sim", wantsPerson}, button{"Parar promoções", "parar", declines})
	club = approved("clube_fidelidade", "pt_BR", marketing,
		"Oi {nombre}, você tem 1.200 pontos no Clube Lumara que vencem este mês.", 0.9, aboutSales)
	noticeBR = approved("aviso_programado", "pt_BR", utility,
		"Olá {nombre}, sua entrega do pedido {pedido} foi programada. Responda se precisar mudar o endereço.", 0.9, aboutDelivery,
		button{"Está certo", "entrega_ok", accepts}, button{"Mudar endereço", "entrega_mudar", wantsPerson})
	noticeES = approved("aviso_programado", "es_AR", utility,
		"Hola {nombre}, programamos la entrega de su pedido {pedido}. Responda si necesita cambiar la dirección.", 0.9, aboutDelivery,
		button{"Está bien", "entrega_ok", accepts}, button{"Cambiar dirección", "entrega_cambiar", wantsPerson})
	cleaning = approved("limpieza_dental", "es", marketing,
		"Hola {nombre}, este mes la limpieza dental con evaluación tiene un 30 % de descuento.", 1, 0,
		button{"Agendar", "limpieza_agendar", wantsPerson}, button{"No, gracias", "limpieza_no", declines})

	orderES = approved("pedido_confirmado", "es", utility,
		"Hola {nombre}, recibimos su pedido {pedido}. Le avisaremos cuando salga.", 0.35, aboutDelivery)
	orderBR = approved("pedido_confirmado", "pt_BR", utility,
		"Oi {nombre}, recebemos o seu pedido {pedido}. Avisaremos quando sair.", 0.35, aboutDelivery)
	shippingES = approved("envio_en_camino", "es", utility,
		"{nombre}, su pedido {pedido} llega mañana entre las 9 y las 18.", 1.15, aboutDelivery,
		button{"Voy a estar", "envio_si", accepts}, button{"Reprogramar", "envio_reprogramar", wantsPerson})
	shippingBR = approved("pedido_a_caminho", "pt_BR", utility,
		"{nombre}, seu pedido {pedido} chega amanhã entre 9h e 18h.", 1.15, aboutDelivery,
		button{"Vou estar", "envio_sim", accepts}, button{"Reagendar", "envio_reagendar", wantsPerson})
	paymentES = approved("recordatorio_pago", "es", utility,
		"Hola {nombre}, su cuota vence en tres días. Puede pagar desde este mensaje.", 1, aboutPayment,
		button{"Ya pagué", "pago_hecho", accepts}, button{"Necesito ayuda", "pago_ayuda", wantsPerson})
	paymentBR = approved("lembrete_pagamento", "pt_BR", utility,
		"Oi {nombre}, sua parcela vence em três dias. Você pode pagar por esta mensagem.", 1, aboutPayment,
		button{"Já paguei", "pago_feito", accepts}, button{"Preciso de ajuda", "pago_ajuda", wantsPerson})
	cartES = approved("carrito_abandonado", "es", marketing,
		"{nombre}, dejó productos en su carrito. ¿Le ayudamos a terminar la compra?", 1, aboutSales,
		button{"Sí, quiero", "carrito_si", wantsPerson}, button{"No", "carrito_no", declines})
	cartBR = approved("carrinho_abandonado", "pt_BR", marketing,
		"{nombre}, você deixou produtos no carrinho. Podemos ajudar a finalizar?", 1, aboutSales,
		button{"Sim, quero", "carrinho_sim", wantsPerson}, button{"Não", "carrinho_nao", declines})
	codeES = approved("codigo_verificacion", "es", authentication, "{codigo} es su código de verificación.", 0, aboutSupport)
	codeBR = approved("codigo_verificacion", "pt_BR", authentication, "{codigo} é o seu código de verificação.", 0, aboutSupport)

	appointment = approved("recordatorio_cita", "es", utility,
		"Hola {nombre}, le recordamos su hora de mañana en Clínica Vereda.", 1.5, 0,
		button{"Confirmo", "cita_si", accepts}, button{"Reagendar", "cita_reagendar", wantsPerson})

	quoteES = approved("seguimiento_cotizacion", "es", marketing,
		"Hola {nombre}, soy {agente}. ¿Pudo ver la cotización que le envié?", 1.6, aboutSales)
	quoteBR = approved("retorno_orcamento", "pt_BR", marketing,
		"Oi {nombre}, aqui é {agente}. Conseguiu ver o orçamento que enviei?", 1.6, aboutSales)
	resumeES = approved("retomar_atencion", "es", utility,
		"Hola {nombre}, tenemos novedades sobre su consulta. ¿Podemos continuar por aquí?", 2, aboutSupport,
		button{"Sí, continuar", "retomar_si", wantsPerson})
	resumeBR = approved("retomar_atendimento", "pt_BR", utility,
		"Oi {nombre}, temos novidades sobre o seu atendimento. Podemos continuar por aqui?", 2, aboutSupport,
		button{"Sim, continuar", "retomar_sim", wantsPerson})
)
