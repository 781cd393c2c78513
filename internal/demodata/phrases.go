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
