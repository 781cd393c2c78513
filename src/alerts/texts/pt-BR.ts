import { percent, THRESHOLDS } from '../thresholds';
import { type AlertTexts } from '.';

const { failed, spam, undelivered, answers, unattended, csat } = THRESHOLDS;

export const ptBR: AlertTexts = {
  language: 'pt-BR',
  header: [
    'As regras de alerta, em português. docs/alerts.md explica o que significam e como mudá-las.',
    'São escritas por `npm run dashboards` a partir de src/alerts: em uma cópia do código, mude-as lá.',
  ],
  folder: 'Alertas do Parley',
  groups: { sending: 'Envios com falha', traffic: 'Tráfego', quality: 'Qualidade' },
  numberless: 'Sem números: não há nada para contar, ou houve um erro.',
  rules: {
    failedByLine: {
      title: 'As mensagens de uma linha falham',
      summary: '{{ $labels.line_name }}: {{ humanizePercentage $values.rate.Value }} das mensagens falham',
      description:
        `Na última hora falharam {{ $values.failed }} mensagens da linha {{ $labels.line_name }} e foram enviadas {{ $values.sent }}. ` +
        `O limite é de ${percent(failed.rate)} de pelo menos ${failed.tried} mensagens. ` +
        'O mais comum é a conta estar bloqueada, sem pagamento ou acima do limite, ou a lista de contatos estar desatualizada. ' +
        'Veja no painel os motivos e os códigos das falhas e pare as campanhas desta linha até resolver.',
    },
    failedByTemplate: {
      title: 'As mensagens de um modelo falham',
      summary: 'Modelo {{ $labels.template }}: {{ humanizePercentage $values.rate.Value }} das mensagens falham',
      description:
        `Na última hora falharam {{ $values.failed }} mensagens do modelo {{ $labels.template }} e foram enviadas {{ $values.sent }}. ` +
        `O limite é de ${percent(failed.rate)} de pelo menos ${failed.tried} mensagens. ` +
        'O mais comum é o modelo ter sido pausado ou alterado, ou os parâmetros não corresponderem. ' +
        'Veja no painel os motivos e os códigos das falhas e pare o que envia este modelo até resolver.',
    },
    undelivered: {
      title: 'Uma linha não entrega nada',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} mensagens enviadas, {{ $values.delivered }} entregues',
      description:
        `Em ${undelivered.minutes} minutos a linha {{ $labels.line_name }} enviou {{ $values.sent }} mensagens. ` +
        `${undelivered.grace} minutos depois nenhuma foi entregue, embora esta linha tenha entregado {{ $values.delivered_before }} nos últimos 7 dias. ` +
        'Ou o provedor está com um problema, ou os avisos de entrega dele não chegam mais à sua plataforma. ' +
        'Veja a página de status do provedor e os erros do webhook.',
    },
    spam: {
      title: 'Uma linha envia muito mais do que recebe',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} mensagens enviadas, {{ $values.received }} recebidas',
      description:
        `Nas últimas ${spam.hours} horas a linha {{ $labels.line_name }} enviou {{ $values.sent }} mensagens e recebeu {{ $values.received }}. ` +
        `Com mais de ${spam.ratio} enviadas para cada recebida, os contatos podem considerar as mensagens como spam e bloquear ou denunciar o número. ` +
        'Veja o que é enviado e para quem, e envie menos a quem não responde.',
    },
    unattended: {
      title: 'Há muitas conversas sem atendimento',
      summary: '{{ $labels.team_name }}: {{ $values.unattended }} conversas sem atendimento',
      description:
        `{{ $values.unattended }} conversas abertas da equipe {{ $labels.team_name }} ainda não têm resposta de uma pessoa, ou o contato espera a próxima. ` +
        `O limite é de ${unattended.conversations} conversas. ` +
        'Coloque mais agentes na equipe ou passe conversas para outras equipes.',
    },
    answers: {
      title: 'Menos contatos respondem do que há uma semana',
      summary:
        'Taxa de resposta{{ with $labels.line_name }} de {{ . }}{{ end }}: {{ humanizePercentage $values.rate.Value }}, há uma semana {{ humanizePercentage $values.rate_before.Value }}',
      description:
        `De {{ $values.notified }} notificações{{ with $labels.line_name }} da linha {{ . }}{{ end }} em ${answers.hours} horas, {{ humanizePercentage $values.rate.Value }} foram respondidas; ` +
        `nas mesmas horas de uma semana atrás foram {{ humanizePercentage $values.rate_before.Value }} de {{ $values.notified_before }}. ` +
        'Procure no painel o modelo ou a campanha a que os contatos não respondem mais, e veja se as mensagens chegam a eles.',
    },
    csat: {
      title: 'Os contatos estão menos satisfeitos do que antes',
      summary:
        'CSAT{{ with $labels.team_name }} de {{ . }}{{ end }}: {{ humanizePercentage $values.score.Value }}, antes {{ humanizePercentage $values.score_before.Value }}',
      description:
        `Nos últimos ${csat.days} dias {{ humanizePercentage $values.score.Value }} de {{ $values.responses }} avaliações{{ with $labels.team_name }} da equipe {{ . }}{{ end }} foram 4 ou 5; ` +
        `nos ${csat.before} dias anteriores foram {{ humanizePercentage $values.score_before.Value }} de {{ $values.responses_before }}. ` +
        'Veja no painel os tempos de resposta e leia as conversas com avaliação baixa.',
    },
  },
};
