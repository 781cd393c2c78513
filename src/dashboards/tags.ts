import { type Definition } from './dashboard';
import { type Band, equally, inRows } from './layout';
import { satisfaction } from './overview';
import { column } from './columns';
import { rankedLegend, sideBySide } from './charts';
import { type Panels } from './panels';
import { NONE } from '../types';

/** For product and operations: conversations by tag, with response times and satisfaction. */
export const tags: Definition = {
  slug: 'tags',
  from: 'now-7d',
  texts: (texts) => texts.tags,
  bands: (panels) => [...cards(panels), trend(panels), table(panels), byTeam(panels)],
};

function cards(panels: Panels): Band[] {
  const { tagged, untagged, firstResponse, resolution, csat } = panels.texts.tags.panels;
  const untaggedOnes = (operator: string) => [{ dimension: 'conversation_tag', operator, values: [NONE] }];
  return inRows(3, 3, [
    panels.card({ metrics: ['conversations'] }, 'neutral'),
    panels.card({ metrics: ['conversations'], filters: untaggedOnes('notIn') }, 'neutral', tagged),
    panels.card({ metrics: ['conversations'], filters: untaggedOnes('in') }, 'neutral', untagged),
    panels.card({ metrics: ['first_response_time_p50'] }, 'bad', firstResponse),
    panels.card({ metrics: ['resolution_time_p50'] }, 'bad', resolution),
    sideBySide(satisfaction(panels, csat)),
  ]);
}

function trend(panels: Panels): Band {
  const { overTime, byTag } = panels.texts.tags.panels;
  const groupBy = ['conversation_tag'];
  return {
    height: 10,
    cells: [
      {
        width: 15,
        panel: panels
          .lines({ metrics: ['conversations'], groupBy }, overTime)
          .legend(rankedLegend()),
      },
      {
        width: 9,
        panel: panels.ranking('conversation_tag', 'conversations', {}, byTag, [
          panels.link('conversations', 'conversation_tag'),
        ]),
      },
    ],
  };
}

function table(panels: Panels): Band {
  const { summary } = panels.texts.tags.panels;
  const durations = ['first_response_time_p50', 'resolution_time_p50'];
  return equally(13, [
    panels.withTrend(
      panels.table(
        {
          report: 'tags',
          metrics: ['conversations', 'conversations_share', 'messages', ...durations, 'csat_score', 'csat_responses'],
          groupBy: ['conversation_tag'],
          orderBy: [{ by: 'conversations', desc: true }],
        },
        {
          conversation_tag: [column.width(150), panels.link('conversations', 'conversation_tag')],
          conversations_share: [...column.bar(1), column.width(150)],
          csat_score: [...column.bar(1), column.width(110)],
        },
        summary
      ),
      'conversation_tag',
      'conversations',
      panels.texts.tags.names.trend
    ),
  ]);
}

function byTeam(panels: Panels): Band {
  const { tagByTeam } = panels.texts.tags.panels;
  return equally(12, [
    panels.matrix('conversation_tag', 'team', 'conversations', {}, tagByTeam, panels.texts.tags.names.total),
  ]);
}
