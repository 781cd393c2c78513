import { type Texts } from '.';

export const es: Texts = {
  language: 'es',
  tag: 'parley-es',
  reports: 'Informes',
  datasource: 'Fuente de datos',
  moreFilters: 'Más filtros',
  ranges: {
    today: 'Hoy',
    yesterday: 'Ayer',
    last7Days: 'Últimos 7 días',
    last30Days: 'Últimos 30 días',
    thisWeek: 'Esta semana',
    thisMonth: 'Este mes',
    lastMonth: 'Mes pasado',
  },
  labels: { origin: 'Sesión iniciada por' },
  links: {
    'session-initiation': 'Inicio de conversación', funnel: 'Embudo',
    'messages-sent': 'Mensajes enviados',
    'messages-received': 'Mensajes recibidos',
  },
  session: { sent: 'Mensajes enviados en esta sesión', received: 'Mensajes recibidos en esta sesión' },
  ofPrevious: '% de la anterior',
  shared: {
    title: 'público',
    note: 'Sin variables ni enlaces, para compartirlo con personas sin usuario.',
  },
  change: 'El porcentaje es el cambio respecto del período anterior, de la misma duración.',
  channels: {
    title: 'Canales conversacionales',
    description: 'Sesiones según quién las inició, mensajes y costo de cada canal y línea',
    sections: { byChannel: 'Comparación de canales', cost: 'Costo' },
    names: { byTeam: 'Por el equipo', byContact: 'Por el contacto', sent: 'Enviados', received: 'Recibidos' },
    panels: {
      sessions: { title: 'Sesiones' },
      messages: { title: 'Mensajes' },
      ratio: { title: 'Enviados/recibidos' },
      sessionsOverTime: { title: 'Sesiones iniciadas por la empresa y por el contacto' },
      messagesOverTime: { title: 'Mensajes enviados y recibidos' },
      performance: { title: 'Rendimiento por canal' },
      sessionsByChannel: { title: 'Sesiones por canal' },
      ratioByChannel: {
        title: 'Mensajes enviados por cada recibido, por canal',
        note: 'Por encima de la línea roja, los contactos pueden considerar los mensajes como spam.',
      },
      sentByChannel: { title: 'Mensajes enviados por canal' },
      receivedByChannel: { title: 'Mensajes recibidos por canal' },
      costOverTime: {
        title: 'Costo por categoría de plantilla',
        note: 'Los mensajes que no son plantillas figuran como “(ninguno)”.',
      },
      costByCountry: { title: 'Costo por país' },
    },
  },
  sessionInitiation: {
    title: 'Inicio de conversación',
    description:
      'Notificaciones que iniciaron sesiones o lo intentaron: quiénes las recibieron, quiénes respondieron, qué falló',
    sections: {},
    panels: {
      starts: { title: 'Inicios' },
      sends: { title: 'Envíos' },
      users: { title: 'Usuarios' },
      referrals: {
        title: 'Referidos',
        note: 'Inicios por un contacto cuyo primer mensaje llegó desde un anuncio, una página u otra referencia.',
      },
      answered: { title: 'Respondidas' },
      failed: { title: 'Fallidas' },
      answers: { title: 'Usuarios que respondieron' },
      lastStatus: { title: 'Último estado' },
      newOrReturning: { title: 'Usuarios nuevos y recurrentes' },
      daily: { title: 'Evolución diaria por último estado' },
      funnel: {
        title: 'Embudo',
        note: 'Notificaciones enviadas según la etapa a la que llegaron, sin las fallidas ni las pendientes. Junto a cada barra figuran su cantidad y su porcentaje de las enviadas.',
      },
      latestSends: {
        title: 'Últimos envíos',
        note: 'Una fila por cada campaña, y por cada plantilla y día, con notificaciones en el período.',
      },
      reasons: { title: 'Motivos de las fallas' },
      failures: { title: 'Envíos fallidos' },
      templates: { title: 'Plantillas' },
      latest: {
        title: 'Últimos inicios de sesión',
        note: 'Una fila por cada notificación, incluidas las fallidas, y por cada inicio por referencia, del más nuevo al más antiguo.',
      },
    },
  },
  funnel: {
    title: 'Embudo',
    description: 'De las notificaciones enviadas a las respuestas: cuántas llegan a cada etapa y dónde quedan las demás',
    sections: {},
    panels: {
      funnel: {
        title: 'Embudo de notificaciones',
        note: 'Notificaciones enviadas según la etapa a la que llegaron, sin las fallidas ni las pendientes. Junto a cada barra figuran su cantidad, su porcentaje de las enviadas y su porcentaje de la etapa anterior.',
      },
      failed: { title: 'Excluidas: fallidas' },
      pending: { title: 'Excluidas: pendientes' },
      reasons: { title: 'Motivos de las fallas' },
      conversion: { title: 'Conversión en el tiempo' },
      timeToReply: { title: 'Tiempo hasta responder' },
      templates: { title: 'Embudo por plantilla' },
      campaigns: { title: 'Embudo por campaña' },
    },
  },
  messagesSent: {
    title: 'Mensajes enviados',
    description: 'Cada mensaje de la empresa a un contacto: qué decía, qué pasó con él y por qué',
    sections: {},
    panels: {
      total: {
        title: 'Total',
        note: 'Todos los mensajes que dejan pasar los filtros de arriba, incluidos los fallidos y los pendientes.',
      },
      inWindow: { title: 'Con sesión abierta' },
      volume: { title: 'Mensajes por estado', note: 'Un clic en una barra elige su estado.' },
      reasons: { title: 'Motivos de las fallas', note: 'Un clic en un motivo lo elige.' },
      messages: {
        title: 'Últimos mensajes',
        note: 'Una fila por mensaje, del más nuevo al más antiguo, 500 como máximo; el total dice cuántos hay. El ID de una sesión lleva a todos los mensajes de la sesión.',
      },
    },
  },
  messagesReceived: {
    title: 'Mensajes recibidos',
    description: 'Cada mensaje de un contacto a la empresa: qué dice y a qué responde',
    sections: {},
    panels: {
      total: { title: 'Total', note: 'Todos los mensajes que dejan pasar los filtros de arriba.' },
      contacts: { title: 'Contactos que escribieron' },
      clicks: { title: 'Clics en botones' },
      volume: { title: 'Mensajes por canal' },
      types: { title: 'Contenido' },
      messages: {
        title: 'Últimos mensajes',
        note: 'Una fila por mensaje, del más nuevo al más antiguo, 500 como máximo; el total dice cuántos hay. La campaña y el usuario son los del mensaje al que responde: el citado o, si no hay, el último enviado antes en la sesión. El ID de una sesión lleva a todos los mensajes de la sesión.',
      },
    },
  },
  deliveryHealth: {
    title: 'Salud de las entregas',
    description: 'Si los mensajes llegan ahora, dónde fallan, por qué y qué hacer',
    sections: {},
    names: { now: 'Última hora', before: 'Hora anterior' },
    panels: {
      failedRate: {
        title: 'Tasa de fallas',
        note: 'De los mensajes de la última hora y de los de la hora anterior. En rojo por encima del {rate}, donde se dispara la alerta. Con un rango de fechas fijo cuenta ese rango.',
      },
      linesWithTrouble: {
        title: 'Líneas con problemas',
        note: 'Líneas con una tasa de fallas superior al {rate} entre al menos {tried} mensajes enviados o fallidos de la última hora, como en la alerta. Con un rango de fechas fijo cuenta ese rango.',
      },
      pending: {
        title: 'Mensajes en espera',
        note: 'De las últimas 24 horas; con un rango de fechas fijo, de ese rango.',
      },
      delivered: {
        title: 'Entregados en 15 minutos',
        note: 'De los mensajes de los últimos 15 minutos; con un rango de fechas fijo, de ese rango.',
      },
      rateByLine: {
        title: 'Tasa de fallas por línea',
        note: 'La línea punteada marca dónde se dispara la alerta, si hay al menos {tried} mensajes en una hora. Un clic en un punto lleva a los mensajes fallidos.',
      },
      rateByTemplate: {
        title: 'Tasa de fallas por plantilla',
        note: 'Los mensajes que no son plantillas figuran como “(ninguno)”. La línea punteada marca dónde se dispara la alerta, si hay al menos {tried} mensajes en una hora. Un clic en un punto lleva a los mensajes fallidos.',
      },
      reasons: { title: 'Fallas por motivo', note: 'Un clic en una barra lleva a los mensajes fallidos.' },
      alerts: {
        title: 'Alertas',
        note: 'Las alertas de Parley activas, a punto de activarse o que no se pueden evaluar. Vacío si todo está bien.',
      },
      lines: {
        title: 'Líneas en la última hora',
        note: 'Primero las peores. Un clic en una línea lleva a sus mensajes fallidos. Con un rango de fechas fijo cuenta ese rango.',
      },
      codes: { title: 'Fallas por código', note: 'Un clic en un código lleva a los mensajes fallidos.' },
    },
  },
};
