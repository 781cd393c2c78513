import { percent, THRESHOLDS } from '../thresholds';
import { type AlertTexts } from '.';

const { failed, spam, undelivered, answers, unattended, csat } = THRESHOLDS;

export const es: AlertTexts = {
  language: 'es',
  header: [
    'Las reglas de alerta, en español. docs/alerts.md explica qué significan y cómo cambiarlas.',
    'Las escribe `npm run dashboards` a partir de src/alerts: en una copia del código, cámbielas ahí.',
  ],
  folder: 'Alertas de Parley',
  groups: { sending: 'Envíos fallidos', traffic: 'Tráfico', quality: 'Calidad' },
  numberless: 'Sin números: no hay nada que contar, o hubo un error.',
  rules: {
    failedByLine: {
      title: 'Fallan los mensajes de una línea',
      summary: '{{ $labels.line_name }}: falla el {{ humanizePercentage $values.rate.Value }} de los mensajes',
      description:
        `En la última hora fallaron {{ $values.failed }} mensajes de la línea {{ $labels.line_name }} y se enviaron {{ $values.sent }}. ` +
        `El límite es el ${percent(failed.rate)} de al menos ${failed.tried} mensajes. ` +
        'Lo más común es que la cuenta esté bloqueada, impaga o haya superado su límite, o que la lista de contactos esté desactualizada. ' +
        'Revise en el panel de control los motivos y los códigos de las fallas, y detenga las campañas de esta línea hasta resolverlo.',
    },
    failedByTemplate: {
      title: 'Fallan los mensajes de una plantilla',
      summary:
        'Plantilla {{ $labels.template }}: falla el {{ humanizePercentage $values.rate.Value }} de los mensajes',
      description:
        `En la última hora fallaron {{ $values.failed }} mensajes de la plantilla {{ $labels.template }} y se enviaron {{ $values.sent }}. ` +
        `El límite es el ${percent(failed.rate)} de al menos ${failed.tried} mensajes. ` +
        'Lo más común es que la plantilla esté pausada o haya cambiado, o que sus parámetros no coincidan. ' +
        'Revise en el panel de control los motivos y los códigos de las fallas, y detenga lo que envía esta plantilla hasta resolverlo.',
    },
    undelivered: {
      title: 'Una línea no entrega nada',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} mensajes enviados, {{ $values.delivered }} entregados',
      description:
        `En ${undelivered.minutes} minutos la línea {{ $labels.line_name }} envió {{ $values.sent }} mensajes. ` +
        `${undelivered.grace} minutos después ninguno fue entregado, aunque esta línea entregó {{ $values.delivered_before }} en los últimos 7 días. ` +
        'O bien el proveedor tiene un problema, o bien sus avisos de entrega ya no llegan a su plataforma. ' +
        'Revise la página de estado del proveedor y los errores del webhook.',
    },
    spam: {
      title: 'Una línea envía mucho más de lo que recibe',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} mensajes enviados, {{ $values.received }} recibidos',
      description:
        `En las últimas ${spam.hours} horas la línea {{ $labels.line_name }} envió {{ $values.sent }} mensajes y recibió {{ $values.received }}. ` +
        `Con más de ${spam.ratio} enviados por cada recibido, los contactos pueden tomar los mensajes como spam y bloquear o denunciar el número. ` +
        'Revise qué se envía y a quién, y envíe menos a quienes no responden.',
    },
    unattended: {
      title: 'Hay muchas conversaciones sin atender',
      summary: '{{ $labels.team_name }}: {{ $values.unattended }} conversaciones sin atender',
      description:
        `{{ $values.unattended }} conversaciones abiertas del equipo {{ $labels.team_name }} aún no tienen respuesta de una persona, o el contacto espera la siguiente. ` +
        `El límite es de ${unattended.conversations} conversaciones. ` +
        'Sume agentes al equipo o pase conversaciones a otros equipos.',
    },
    answers: {
      title: 'Responden menos contactos que hace una semana',
      summary:
        'Tasa de respuesta{{ with $labels.line_name }} de {{ . }}{{ end }}: {{ humanizePercentage $values.rate.Value }}, hace una semana {{ humanizePercentage $values.rate_before.Value }}',
      description:
        `De {{ $values.notified }} notificaciones{{ with $labels.line_name }} de la línea {{ . }}{{ end }} en ${answers.hours} horas se respondió el {{ humanizePercentage $values.rate.Value }}; ` +
        `a las mismas horas de hace una semana fue el {{ humanizePercentage $values.rate_before.Value }} de {{ $values.notified_before }}. ` +
        'Busque en el panel de control la plantilla o la campaña a la que los contactos ya no responden, y revise si los mensajes les llegan.',
    },
    csat: {
      title: 'Los contactos están menos conformes que antes',
      summary:
        'CSAT{{ with $labels.team_name }} de {{ . }}{{ end }}: {{ humanizePercentage $values.score.Value }}, antes {{ humanizePercentage $values.score_before.Value }}',
      description:
        `En los últimos ${csat.days} días el {{ humanizePercentage $values.score.Value }} de {{ $values.responses }} calificaciones{{ with $labels.team_name }} del equipo {{ . }}{{ end }} fue de 4 o 5; ` +
        `en los ${csat.before} días anteriores fue el {{ humanizePercentage $values.score_before.Value }} de {{ $values.responses_before }}. ` +
        'Revise en el panel de control los tiempos de respuesta, y lea las conversaciones con una calificación baja.',
    },
  },
};
