import { type Band, equally } from './layout';
import { column, dashedThresholds, type Panels, thresholds } from './panels';
import { type Definition } from './dashboard';

/** Of a channel's owner: who starts the sessions, how many messages go and come, what they cost. */
export const channels: Definition = {
  slug: 'channels',
  variables: ['account', 'channel', 'line', 'team'],
  from: 'now-7d',
  texts: (texts) => texts.channels,
  bands: (panels) => [cards(panels), trends(panels), performance(panels), ...byChannel(panels), cost(panels)],
};

function cards(panels: Panels): Band {
  return equally(4, [
    panels.card({ metrics: ['sessions_by_business'] }, 'neutral'),
    panels.card({ metrics: ['sessions_by_contact'] }, 'good'),
    panels.card({ metrics: ['messages_sent'] }, 'neutral'),
    panels.card({ metrics: ['messages_received'] }, 'neutral'),
    panels.card({ metrics: ['sent_received_ratio'] }, 'bad').thresholds(spamSteps()),
    panels.card({ metrics: ['cost_usd'] }, 'bad'),
  ]);
}

/** Many more messages sent than received suggest that contacts take them for spam. */
const spamSteps = () =>
  thresholds([
    [null, 'green'],
    [2, 'orange'],
    [4, 'red'],
  ]);

function trends(panels: Panels): Band {
  const { sessionsOverTime, messagesOverTime } = panels.texts.channels.panels;
  return equally(9, [
    panels.bars({ report: 'sessions_over_time', metrics: ['sessions'], groupBy: ['initiator'] }, sessionsOverTime),
    panels.lines({ metrics: ['messages_sent', 'messages_received'] }, messagesOverTime),
  ]);
}

function performance(panels: Panels): Band {
  const sums = ['sessions_by_business', 'sessions_by_contact', 'sessions_free_entry_point', 'messages_sent', 'messages_received'];
  return equally(10, [
    panels.table(
      {
        report: 'channels',
        metrics: [...sums, 'sent_received_ratio', 'failed_rate', 'cost_usd'],
        groupBy: ['channel', 'line'],
      },
      {
        line_name: [column.width(190)],
        ...Object.fromEntries([...sums, 'cost_usd'].map((id) => [id, [column.total()]])),
      },
      panels.texts.channels.panels.performance
    ),
  ]);
}

function byChannel(panels: Panels): Band[] {
  const texts = panels.texts.channels;
  const { sessionsByChannel, ratioByChannel, sentByChannel, receivedByChannel } = texts.panels;
  const groupBy = ['channel'];
  return [
    equally(
      9,
      [
        panels.bars({ metrics: ['sessions'], groupBy }, sessionsByChannel),
        panels
          .lines({ metrics: ['sent_received_ratio'], groupBy }, ratioByChannel)
          .thresholds(spamSteps())
          .thresholdsStyle(dashedThresholds()),
      ],
      texts.sections.byChannel
    ),
    equally(9, [
      panels.bars({ metrics: ['messages_sent'], groupBy }, sentByChannel),
      panels.bars({ metrics: ['messages_received'], groupBy }, receivedByChannel),
    ]),
  ];
}

function cost(panels: Panels): Band {
  const texts = panels.texts.channels;
  return {
    title: texts.sections.cost,
    height: 9,
    cells: [
      { width: 16, panel: panels.bars({ metrics: ['cost_usd'], groupBy: ['template_category'] }, texts.panels.costOverTime) },
      {
        width: 8,
        panel: panels.ranking(
          { metrics: ['cost_usd'], groupBy: ['country'], orderBy: [{ by: 'cost_usd', desc: true }] },
          texts.panels.costByCountry
        ),
      },
    ],
  };
}
