import { THRESHOLDS } from '../alerts/thresholds';
import { type Definition } from './dashboard';
import { type Band, equally } from './layout';
import { byThreshold, column, thresholds } from './columns';
import { dashedThresholds } from './charts';
import { type Panels } from './panels';

/** For channel owners: who starts sessions, how many messages are sent and received, and their cost. */
export const channels: Definition = {
  slug: 'channels',
  from: 'now-7d',
  marks: { campaign_sends: 'off', failure_bursts: 'off', template_changes: 'off' },
  texts: (texts) => texts.channels,
  bands: (panels) => [cards(panels), trends(panels), performance(panels), ...byChannel(panels), cost(panels)],
};

function cards(panels: Panels): Band {
  const { sessions, messages, ratio } = panels.texts.channels.panels;
  const names = panels.texts.channels.names;
  return equally(4, [
    panels.cards({ metrics: ['sessions_by_business', 'sessions_by_contact'] }, 'neutral', sessions, [
      names.byTeam,
      names.byContact,
    ]),
    panels.cards({ metrics: ['messages_sent', 'messages_received'] }, 'neutral', messages, [names.sent, names.received]),
    panels
      .card({ metrics: ['sent_received_ratio'] }, 'bad', ratio)
      .thresholds(spam())
      .colorScheme(byThreshold()),
    panels.card({ metrics: ['cost_usd'] }, 'neutral'),
  ]);
}

/** Many more messages sent than received suggest that contacts see them as spam. */
const spam = () =>
  thresholds([
    [null, 'green'],
    [2, 'orange'],
    [THRESHOLDS.spam.ratio, 'red'],
  ]);

function trends(panels: Panels): Band {
  const { sessionsOverTime, messagesOverTime } = panels.texts.channels.panels;
  return equally(8, [
    panels.bars({ report: 'sessions_over_time', metrics: ['sessions'], groupBy: ['initiator'] }, sessionsOverTime),
    panels.areas({ metrics: ['messages_sent', 'messages_received'] }, messagesOverTime),
  ]);
}

function performance(panels: Panels): Band {
  const sessions = ['sessions_by_business', 'sessions_by_contact', 'sessions_free_entry_point'];
  const counts = [...sessions, 'messages_sent', 'messages_received'];
  return equally(12, [
    panels.table(
      {
        report: 'channels',
        metrics: [...counts, 'sent_received_ratio', 'failed_rate', 'cost_usd'],
        groupBy: ['channel', 'line'],
        orderBy: [{ by: 'messages_sent', desc: true }],
      },
      {
        channel: [column.width(135)],
        line_name: [column.width(190), panels.link('session-initiation', 'line')],
        ...Object.fromEntries([...counts, 'cost_usd'].map((id) => [id, [column.total()]])),
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
      8,
      [
        panels.bars({ metrics: ['sessions'], groupBy }, sessionsByChannel),
        panels
          .lines({ metrics: ['sent_received_ratio'], groupBy }, ratioByChannel)
          .spanNulls(true)
          .thresholds(spam())
          .thresholdsStyle(dashedThresholds()),
      ],
      { title: texts.sections.byChannel }
    ),
    equally(8, [
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
      {
        width: 16,
        panel: panels.bars({ metrics: ['cost_usd'], groupBy: ['template_category'] }, texts.panels.costOverTime),
      },
      {
        width: 8,
        panel: panels.ranking('country', 'cost_usd', {}, texts.panels.costByCountry),
      },
    ],
  };
}
