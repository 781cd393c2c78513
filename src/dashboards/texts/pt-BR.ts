import { type Texts } from '.';

export const ptBR: Texts = {
  language: 'pt-BR',
  tag: 'parley-pt',
  reports: 'Relatórios',
  datasource: 'Fonte de dados',
  moreFilters: 'Mais filtros',
  ranges: {
    today: 'Hoje',
    yesterday: 'Ontem',
    last7Days: 'Últimos 7 dias',
    last30Days: 'Últimos 30 dias',
    thisWeek: 'Esta semana',
    thisMonth: 'Este mês',
    lastMonth: 'Mês passado',
  },
  labels: { origin: 'Sessão iniciada por' },
  links: {
    'session-initiation': 'Início de conversa', funnel: 'Funil',
    'messages-sent': 'Mensagens enviadas',
    'messages-received': 'Mensagens recebidas',
  },
  session: { sent: 'Mensagens enviadas nesta sessão', received: 'Mensagens recebidas nesta sessão' },
  ofPrevious: '% da anterior',
  shared: {
    title: 'público',
    note: 'Sem variáveis nem links, para ser compartilhado com pessoas sem login.',
  },
  change: 'A porcentagem é a variação em relação ao período anterior, de mesma duração.',
  channels: {
    title: 'Canais de conversação',
    description: 'Sessões por quem as iniciou, mensagens e custo de cada canal e linha',
    sections: { byChannel: 'Comparação de canais', cost: 'Custo' },
    names: { byTeam: 'Pela equipe', byContact: 'Pelo contato', sent: 'Enviadas', received: 'Recebidas' },
    panels: {
      sessions: { title: 'Sessões' },
      messages: { title: 'Mensagens' },
      ratio: { title: 'Enviadas/recebidas' },
      sessionsOverTime: { title: 'Sessões iniciadas pela empresa e pelo contato' },
      messagesOverTime: { title: 'Mensagens enviadas e recebidas' },
      performance: { title: 'Desempenho por canal' },
      sessionsByChannel: { title: 'Sessões por canal' },
      ratioByChannel: {
        title: 'Mensagens enviadas para cada recebida, por canal',
        note: 'Acima da linha vermelha, os contatos podem considerar as mensagens como spam.',
      },
      sentByChannel: { title: 'Mensagens enviadas por canal' },
      receivedByChannel: { title: 'Mensagens recebidas por canal' },
      costOverTime: {
        title: 'Custo por categoria do modelo',
        note: 'As mensagens que não são modelos aparecem como “(nenhum)”.',
      },
      costByCountry: { title: 'Custo por país' },
    },
  },
  sessionInitiation: {
    title: 'Início de conversa',
    description:
      'Notificações que iniciaram sessões ou tentaram iniciar: quem as recebeu, quem respondeu, o que falhou',
    sections: {},
    panels: {
      starts: { title: 'Inícios' },
      sends: { title: 'Envios' },
      users: { title: 'Usuários' },
      referrals: {
        title: 'Referidos',
        note: 'Inícios por um contato cuja primeira mensagem veio de um anúncio, de uma página ou de outra referência.',
      },
      answered: { title: 'Respondidas' },
      failed: { title: 'Com falha' },
      answers: { title: 'Usuários que responderam' },
      lastStatus: { title: 'Último status' },
      newOrReturning: { title: 'Usuários novos e recorrentes' },
      daily: { title: 'Evolução diária por último status' },
      funnel: {
        title: 'Funil',
        note: 'Notificações enviadas pela etapa a que chegaram, sem as que falharam nem as pendentes. Ao lado de cada barra estão a quantidade e a porcentagem das enviadas.',
      },
      latestSends: {
        title: 'Últimos envios',
        note: 'Uma linha para cada campanha, e para cada modelo em um dia, com notificações no período.',
      },
      reasons: { title: 'Motivos das falhas' },
      failures: { title: 'Envios com falha' },
      templates: { title: 'Modelos' },
      latest: {
        title: 'Últimos inícios de sessão',
        note: 'Uma linha para cada notificação, incluindo as que falharam, e para cada início por referência, do mais novo ao mais antigo.',
      },
    },
  },
  funnel: {
    title: 'Funil',
    description: 'Das notificações enviadas às respostas: quantas chegam a cada etapa e onde ficam as outras',
    sections: {},
    panels: {
      funnel: {
        title: 'Funil de notificações',
        note: 'Notificações enviadas pela etapa a que chegaram, sem as que falharam nem as pendentes. Ao lado de cada barra estão a quantidade, a porcentagem das enviadas e a porcentagem da etapa anterior.',
      },
      failed: { title: 'Fora do funil: com falha' },
      pending: { title: 'Fora do funil: pendentes' },
      reasons: { title: 'Motivos das falhas' },
      conversion: { title: 'Conversão ao longo do tempo' },
      timeToReply: { title: 'Tempo até responder' },
      templates: { title: 'Funil por modelo' },
      campaigns: { title: 'Funil por campanha' },
    },
  },
  messagesSent: {
    title: 'Mensagens enviadas',
    description: 'Cada mensagem da empresa para um contato: o que dizia, o que aconteceu com ela e por quê',
    sections: {},
    panels: {
      total: {
        title: 'Total',
        note: 'Todas as mensagens que os filtros acima deixam passar, incluindo as que falharam e as pendentes.',
      },
      inWindow: { title: 'Com sessão aberta' },
      volume: { title: 'Mensagens por status', note: 'Um clique em uma barra escolhe o status.' },
      reasons: { title: 'Motivos das falhas', note: 'Um clique em um motivo o escolhe.' },
      messages: {
        title: 'Últimas mensagens',
        note: 'Uma linha por mensagem, da mais nova à mais antiga, no máximo 500; o total diz quantas há. O ID de uma sessão leva a todas as mensagens da sessão.',
      },
    },
  },
  messagesReceived: {
    title: 'Mensagens recebidas',
    description: 'Cada mensagem de um contato para a empresa: o que diz e a que responde',
    sections: {},
    panels: {
      total: { title: 'Total', note: 'Todas as mensagens que os filtros acima deixam passar.' },
      contacts: { title: 'Contatos que escreveram' },
      clicks: { title: 'Cliques em botões' },
      volume: { title: 'Mensagens por canal' },
      types: { title: 'Conteúdo' },
      messages: {
        title: 'Últimas mensagens',
        note: 'Uma linha por mensagem, da mais nova à mais antiga, no máximo 500; o total diz quantas há. A campanha e o usuário são os da mensagem respondida: a citada ou, se não houver, a última enviada antes na sessão. O ID de uma sessão leva a todas as mensagens da sessão.',
      },
    },
  },
  deliveryHealth: {
    title: 'Saúde das entregas',
    description: 'Se as mensagens chegam agora, onde falham, por quê e o que fazer',
    sections: {},
    names: { now: 'Última hora', before: 'Hora anterior' },
    panels: {
      failedRate: {
        title: 'Taxa de falhas',
        note: 'Das mensagens da última hora e das da hora anterior. Em vermelho acima de {rate}, onde o alerta dispara. Com um intervalo fixo, vale esse intervalo.',
      },
      linesWithTrouble: {
        title: 'Linhas com problemas',
        note: 'Linhas com taxa de falhas acima de {rate} entre pelo menos {tried} mensagens enviadas ou com falha na última hora, como no alerta. Com um intervalo fixo, vale esse intervalo.',
      },
      pending: { title: 'Mensagens em espera', note: 'Das últimas 24 horas; com um intervalo fixo, desse intervalo.' },
      delivered: {
        title: 'Entregues em 15 minutos',
        note: 'Das mensagens dos últimos 15 minutos; com um intervalo fixo, desse intervalo.',
      },
      rateByLine: {
        title: 'Taxa de falhas por linha',
        note: 'A linha tracejada marca onde o alerta dispara, se houver pelo menos {tried} mensagens em uma hora. Um clique em um ponto leva às mensagens que falharam.',
      },
      rateByTemplate: {
        title: 'Taxa de falhas por modelo',
        note: 'As mensagens que não são modelos aparecem como “(nenhum)”. A linha tracejada marca onde o alerta dispara, se houver pelo menos {tried} mensagens em uma hora. Um clique em um ponto leva às mensagens que falharam.',
      },
      reasons: { title: 'Falhas por motivo', note: 'Um clique em uma barra leva às mensagens que falharam.' },
      alerts: {
        title: 'Alertas',
        note: 'Os alertas do Parley ativos, prestes a disparar ou que não podem ser avaliados. Vazio se tudo está bem.',
      },
      lines: {
        title: 'Linhas na última hora',
        note: 'As piores primeiro. Um clique em uma linha leva às suas mensagens que falharam. Com um intervalo fixo, vale esse intervalo.',
      },
      codes: { title: 'Falhas por código', note: 'Um clique em um código leva às mensagens que falharam.' },
    },
  },
};
