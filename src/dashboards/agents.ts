import { type Definition } from './dashboard';
import { type Band, equally, inRows } from './layout';
import { satisfaction } from './overview';
import { column } from './columns';
import { sideBySide } from './charts';
import { COLORS, type Panels } from './panels';

/** For team leads: the workload of each agent over time, response times and satisfaction. */
export const agents: Definition = {
  slug: 'agents',
  from: 'now-7d',
  texts: (texts) => texts.agents,
  bands: (panels) => [...cards(panels), trends(panels), table(panels), load(panels)],
};

/** Messages written by agents. Bots and campaigns have no agent. */
const BY_AGENTS = [{ dimension: 'author_kind', operator: 'in', values: ['agent'] }];

function cards(panels: Panels): Band[] {
  const { firstResponse, resolution, csat } = panels.texts.agents.panels;
  return inRows(3, 3, [
    panels.card({ metrics: ['active_agents'] }, 'neutral'),
    panels.card({ metrics: ['conversations'] }, 'neutral'),
    panels.card({ metrics: ['unattended_now'] }, 'none'),
    panels.card({ metrics: ['first_response_time_p50'] }, 'bad', firstResponse),
    panels.card({ metrics: ['resolution_time_p50'] }, 'bad', resolution),
    sideBySide(satisfaction(panels, csat)),
  ]);
}

function trends(panels: Panels): Band {
  const { conversations, messages } = panels.texts.agents.panels;
  const groupBy = ['agent'];
  return equally(10, [
    panels.bars({ metrics: ['conversations'], groupBy }, conversations),
    panels.bars({ metrics: ['messages_sent'], groupBy, filters: BY_AGENTS }, messages),
  ]);
}

function table(panels: Panels): Band {
  const counts = ['conversations_open', 'conversations_unattended', 'resolutions', 'messages'];
  const durations = ['first_response_time_p50', 'first_response_time_p90', 'resolution_time_p50'];
  return equally(13, [
    panels.table(
      {
        report: 'agents',
        metrics: ['conversations', ...counts, ...durations, 'csat_score', 'csat_responses'],
        groupBy: ['agent'],
        orderBy: [{ by: 'conversations', desc: true }],
      },
      {
        agent_name: [column.width(180), panels.link('conversations', 'agent')],
        conversations: [...column.bar(), column.width(130), column.total()],
        ...Object.fromEntries([...counts, 'csat_responses'].map((id) => [id, [column.total()]])),
        csat_score: [...column.bar(1), column.width(110)],
      },
      panels.texts.agents.panels.byAgent
    ),
  ]);
}

function load(panels: Panels): Band {
  const { peaks, byHour } = panels.texts.agents.panels;
  return equally(10, [
    panels.barsByHour('agent', { metrics: ['messages_sent'], filters: BY_AGENTS }, byHour),
    panels.peaks('messages_sent', COLORS.sent, { filters: BY_AGENTS }, peaks),
  ]);
}
