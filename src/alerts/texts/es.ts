import { percent, THRESHOLDS } from '../thresholds';
import { type AlertTexts } from '.';

const { failed, spam, undelivered, answers, unattended, csat } = THRESHOLDS;

export const es: AlertTexts = {
  language: 'es',
  header: [
    'Reglas de alerta, en español. docs/alerts.md explica qué significan y cómo cambiarlas.',
    'Las genera `npm run dashboards` a partir de src/alerts. En una copia del código, edite src/alerts.',
  ],
  folder: 'Alertas de Parley',
  groups: { sending: 'Envíos fallidos', traffic: 'Tráfico', quality: 'Calidad' },
  numberless: 'Sin valores: no hay datos o la consulta falló.',
  rules: {
    failedByLine: {
      title: 'Fallan los mensajes de una línea',
      summary: '{{ $labels.line_name }}: falló el {{ humanizePercentage $values.rate.Value }} de los mensajes',
      description:
        `En la última hora fallaron {{ $values.failed }} mensajes de la línea {{ $labels.line_name }} y se enviaron {{ $values.sent }}. ` +
        `El umbral es del ${percent(failed.rate, 'es')}, con al menos ${failed.tried} mensajes. ` +
        'Causas comunes: la cuenta está bloqueada, impaga o superó su límite, o la lista de contactos está desactualizada. ' +
        'Revise en el dashboard los motivos de falla y los códigos de error, y detenga las campañas de esta línea hasta resolverlo.',
    },
    failedByTemplate: {
      title: 'Fallan los mensajes de una plantilla',
      summary:
        'Plantilla {{ $labels.template }}: falló el {{ humanizePercentage $values.rate.Value }} de los mensajes',
      description:
        `En la última hora fallaron {{ $values.failed }} mensajes de la plantilla {{ $labels.template }} y se enviaron {{ $values.sent }}. ` +
        `El umbral es del ${percent(failed.rate, 'es')}, con al menos ${failed.tried} mensajes. ` +
        'Causas comunes: la plantilla se pausó o cambió, o sus parámetros son incorrectos. ' +
        'Revise en el dashboard los motivos de falla y los códigos de error, y deje de enviar esta plantilla hasta resolverlo.',
    },
    undelivered: {
      title: 'Una línea no entrega mensajes',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} mensajes enviados, {{ $values.delivered }} entregados',
      description:
        `La línea {{ $labels.line_name }} envió {{ $values.sent }} mensajes en ${undelivered.minutes} minutos. ` +
        `${undelivered.grace} minutos después, ninguno se entregó. En los últimos 7 días, esta línea entregó {{ $values.delivered_before }} mensajes. ` +
        'O el proveedor tiene una caída, o las confirmaciones de entrega ya no llegan a su plataforma. ' +
        'Revise la página de estado del proveedor y los errores del webhook.',
    },
    spam: {
      title: 'Una línea envía mucho más de lo que recibe',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} mensajes enviados, {{ $values.received }} recibidos',
      description:
        `En las últimas ${spam.hours} horas la línea {{ $labels.line_name }} envió {{ $values.sent }} mensajes y recibió {{ $values.received }}. ` +
        `Con más de ${spam.ratio} enviados por recibido, los contactos pueden ver los mensajes como spam y bloquear o denunciar el número. ` +
        'Revise qué se envía y a quién, y envíe menos a quienes no responden.',
    },
    unattended: {
      title: 'Muchas conversaciones sin atender',
      summary: '{{ $labels.team_name }}: {{ $values.unattended }} conversaciones sin atender',
      description:
        `{{ $values.unattended }} conversaciones abiertas del equipo {{ $labels.team_name }} esperan la primera respuesta de un agente o la siguiente. ` +
        `El umbral es de ${unattended.conversations} conversaciones. ` +
        'Sume agentes al equipo o asigne conversaciones a otros equipos.',
    },
    answers: {
      title: 'Bajó la tasa de respuesta',
      summary:
        'Tasa de respuesta{{ with $labels.line_name }} de {{ . }}{{ end }}: {{ humanizePercentage $values.rate.Value }}; hace una semana, {{ humanizePercentage $values.rate_before.Value }}',
      description:
        `En ${answers.hours} horas se respondió el {{ humanizePercentage $values.rate.Value }} de {{ $values.notified }} notificaciones{{ with $labels.line_name }} de la línea {{ . }}{{ end }}. ` +
        `En las mismas horas de hace una semana fue el {{ humanizePercentage $values.rate_before.Value }} de {{ $values.notified_before }}. ` +
        'Busque en el dashboard la plantilla o la campaña a la que los contactos ya no responden, y revise si los mensajes les llegan.',
    },
    csat: {
      title: 'Bajó la satisfacción del cliente',
      summary:
        'CSAT{{ with $labels.team_name }} de {{ . }}{{ end }}: {{ humanizePercentage $values.score.Value }}; antes, {{ humanizePercentage $values.score_before.Value }}',
      description:
        `En los últimos ${csat.days} días, el {{ humanizePercentage $values.score.Value }} de {{ $values.responses }} calificaciones{{ with $labels.team_name }} del equipo {{ . }}{{ end }} fue de 4 o 5. ` +
        `En los ${csat.before} días anteriores fue el {{ humanizePercentage $values.score_before.Value }} de {{ $values.responses_before }}. ` +
        'Revise los tiempos de respuesta en el dashboard y lea las conversaciones con calificación baja.',
    },
  },
};
