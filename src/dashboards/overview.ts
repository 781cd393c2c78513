import { THRESHOLDS } from '../alerts/thresholds';
import { type Definition } from './dashboard';
import { type Band, equally, inRows } from './layout';
import { column, thresholds } from './columns';
import { sideBySide } from './charts';
import { COLORS, type Panels } from './panels';
import { LegendPlacement } from '@grafana/grafana-foundation-sdk/common';

/** For heads of support: conversation volume, sources, response times and satisfaction. */
export const overview: Definition = {
  slug: 'overview',
  from: 'now-7d',
  texts: (texts) => texts.overview,
  bands: (panels) => [...cards(panels), volume(panels), course(panels), tops(panels)],
};

function cards(panels: Panels): Band[] {
  const { csat, failedRate, firstResponse } = panels.texts.overview.panels;
  return inRows(3, 3, [
    panels.card({ metrics: ['conversations'] }, 'neutral'),
    // Sent and received messages are in different lists. Channels links to both.
    panels.card({ metrics: ['messages'] }, 'neutral', undefined, undefined, panels.to('channels', {})),
    panels.card({ metrics: ['unattended_now'] }, 'none'),
    sideBySide(satisfaction(panels, csat)),
    panels.card({ metrics: ['first_response_time_p50'] }, 'bad', firstResponse),
    panels
      .card({ metrics: ['failed_rate'] }, 'bad', failedRate, '24h')
      .overrideByName('failed_rate', column.threshold(failing())),
  ]);
}

/** The failure rates of a warning and of the alert rule. */
const failing = () =>
  thresholds([
    [null, 'text'],
    [THRESHOLDS.failed.rate / 2, 'orange'],
    [THRESHOLDS.failed.rate, 'red'],
  ]);

/** The CSAT score is always shown with the number of responses. */
export function satisfaction(panels: Panels, texts: { title: string }) {
  const { score, responses } = panels.texts.names;
  return panels.cards({ metrics: ['csat_score', 'csat_responses'] }, 'good', texts, [score, responses]);
}

function volume(panels: Panels): Band {
  const { overTime, bySource } = panels.texts.overview.panels;
  const metrics = ['conversations'];
  const groupBy = ['source'];
  return {
    height: 9,
    cells: [
      { width: 16, panel: panels.bars({ metrics, groupBy }, overTime) },
      {
        width: 8,
        panel: panels.donut(
          { metrics, groupBy, format: 'timeseries', bucket: 'none' },
          bySource,
          LegendPlacement.Bottom
        ),
      },
    ],
  };
}

function course(panels: Panels): Band {
  const { messages, csatOverTime } = panels.texts.overview.panels;
  return equally(8, [
    panels.areas({ metrics: ['messages_sent', 'messages_received'] }, messages),
    panels.lines({ metrics: ['csat_score'] }, csatOverTime).spanNulls(true).max(1),
  ]);
}

function tops(panels: Panels): Band {
  const { peaks, topTags, topAgents } = panels.texts.overview.panels;
  return {
    height: 10,
    cells: [
      { width: 12, panel: panels.peaks('conversations', COLORS.conversations, {}, peaks) },
      {
        width: 6,
        panel: panels.ranking('conversation_tag', 'conversations', {}, topTags, [
          panels.link(['conversations', 'tags'], 'conversation_tag'),
        ]),
      },
      {
        width: 6,
        panel: panels.ranking('agent', 'conversations', {}, topAgents, [
          panels.link(['conversations', 'agents'], 'agent'),
        ]),
      },
    ],
  };
}
