import { percent, THRESHOLDS } from '../thresholds';
import { type AlertTexts } from '.';

const { failed, spam, undelivered, answers, unattended, csat } = THRESHOLDS;

export const ptBR: AlertTexts = {
  language: 'pt-BR',
  header: [
    'Regras de alerta, em português. docs/alerts.md explica o que significam e como alterá-las.',
    'Geradas por `npm run dashboards` a partir de src/alerts. Em uma cópia do código, edite src/alerts.',
  ],
  folder: 'Alertas do Parley',
  groups: { sending: 'Envios com falha', traffic: 'Tráfego', quality: 'Qualidade' },
  numberless: 'Sem valores: não há dados ou a consulta falhou.',
  rules: {
    failedByLine: {
      title: 'Mensagens de uma linha estão falhando',
      summary: '{{ $labels.line_name }}: {{ humanizePercentage $values.rate.Value }} das mensagens falharam',
      description:
        `Na última hora, {{ $values.failed }} mensagens da linha {{ $labels.line_name }} falharam e {{ $values.sent }} foram enviadas. ` +
        `O limite é de ${percent(failed.rate, 'pt-BR')}, com pelo menos ${failed.tried} mensagens. ` +
        'Causas comuns: a conta está bloqueada, sem pagamento ou acima do limite, ou a lista de contatos está desatualizada. ' +
        'Veja no dashboard os motivos de falha e os códigos de erro, e pare as campanhas desta linha até resolver.',
    },
    failedByTemplate: {
      title: 'Mensagens de um modelo estão falhando',
      summary: 'Modelo {{ $labels.template }}: {{ humanizePercentage $values.rate.Value }} das mensagens falharam',
      description:
        `Na última hora, {{ $values.failed }} mensagens do modelo {{ $labels.template }} falharam e {{ $values.sent }} foram enviadas. ` +
        `O limite é de ${percent(failed.rate, 'pt-BR')}, com pelo menos ${failed.tried} mensagens. ` +
        'Causas comuns: o modelo foi pausado ou alterado, ou os parâmetros estão incorretos. ' +
        'Veja no dashboard os motivos de falha e os códigos de erro, e pare de enviar este modelo até resolver.',
    },
    undelivered: {
      title: 'Uma linha não entrega mensagens',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} mensagens enviadas, {{ $values.delivered }} entregues',
      description:
        `A linha {{ $labels.line_name }} enviou {{ $values.sent }} mensagens em ${undelivered.minutes} minutos. ` +
        `${undelivered.grace} minutos depois, nenhuma foi entregue. Nos últimos 7 dias, esta linha entregou {{ $values.delivered_before }} mensagens. ` +
        'Ou o provedor está fora do ar, ou as confirmações de entrega não chegam mais à sua plataforma. ' +
        'Veja a página de status do provedor e os erros do webhook.',
    },
    spam: {
      title: 'Uma linha envia muito mais do que recebe',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} mensagens enviadas, {{ $values.received }} recebidas',
      description:
        `Nas últimas ${spam.hours} horas, a linha {{ $labels.line_name }} enviou {{ $values.sent }} mensagens e recebeu {{ $values.received }}. ` +
        `Com mais de ${spam.ratio} enviadas por recebida, os contatos podem ver as mensagens como spam e bloquear ou denunciar o número. ` +
        'Veja o que é enviado e para quem, e envie menos a quem não responde.',
    },
    unattended: {
      title: 'Muitas conversas não atendidas',
      summary: '{{ $labels.team_name }}: {{ $values.unattended }} conversas não atendidas',
      description:
        `{{ $values.unattended }} conversas abertas da equipe {{ $labels.team_name }} esperam a primeira ou a próxima resposta de um agente. ` +
        `O limite é de ${unattended.conversations} conversas. ` +
        'Coloque mais agentes na equipe ou atribua conversas a outras equipes.',
    },
    answers: {
      title: 'A taxa de resposta caiu',
      summary:
        'Taxa de resposta{{ with $labels.line_name }} de {{ . }}{{ end }}: {{ humanizePercentage $values.rate.Value }}; há uma semana, {{ humanizePercentage $values.rate_before.Value }}',
      description:
        `Em ${answers.hours} horas, {{ humanizePercentage $values.rate.Value }} de {{ $values.notified }} notificações{{ with $labels.line_name }} da linha {{ . }}{{ end }} foram respondidas. ` +
        `Nas mesmas horas de uma semana atrás, foram {{ humanizePercentage $values.rate_before.Value }} de {{ $values.notified_before }}. ` +
        'Procure no dashboard o modelo ou a campanha a que os contatos não respondem mais, e veja se as mensagens chegam até eles.',
    },
    csat: {
      title: 'A satisfação dos clientes caiu',
      summary:
        'CSAT{{ with $labels.team_name }} de {{ . }}{{ end }}: {{ humanizePercentage $values.score.Value }}; antes, {{ humanizePercentage $values.score_before.Value }}',
      description:
        `Nos últimos ${csat.days} dias, {{ humanizePercentage $values.score.Value }} de {{ $values.responses }} avaliações{{ with $labels.team_name }} da equipe {{ . }}{{ end }} foram 4 ou 5. ` +
        `Nos ${csat.before} dias anteriores, foram {{ humanizePercentage $values.score_before.Value }} de {{ $values.responses_before }}. ` +
        'Veja os tempos de resposta no dashboard e leia as conversas com avaliação baixa.',
    },
  },
};
