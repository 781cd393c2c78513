import { type Definition } from './dashboard';
import { type Band, equally } from './layout';
import { satisfaction } from './overview';
import { column, thresholds } from './columns';
import { OPEN_REPORT } from './links';
import { withOptions } from './charts';
import { type Panels } from './panels';

/** For analysts: a list of conversations. */
export const conversations: Definition = {
  slug: 'conversations',
  from: 'now/d',
  texts: (texts) => texts.conversations,
  bands: (panels) => [cards(panels), trend(panels), details(panels), open(panels)],
};

/** Row limit of the list. The card shows the total. */
const ROWS = 1000;

function cards(panels: Panels): Band {
  const { volume, firstResponse, resolution, csat } = panels.texts.conversations.panels;
  const { total, opened } = panels.texts.conversations.names;
  return equally(4, [
    panels.cards({ metrics: ['conversations_active', 'conversations'] }, 'neutral', volume, [total, opened]),
    satisfaction(panels, csat),
    panels.card({ metrics: ['first_response_time_p50'] }, 'bad', firstResponse),
    panels.card({ metrics: ['resolution_time_p50'] }, 'bad', resolution),
  ]);
}

function trend(panels: Panels): Band {
  return equally(6, [
    panels.bars({ metrics: ['conversations'], groupBy: ['conversation_status'] }, panels.texts.conversations.panels.overTime),
  ]);
}

function details(panels: Panels): Band {
  return equally(18, [
    // The builder has no option for pagination yet.
    withOptions(
      panels.table(
        {
          report: 'conversation_details',
          limit: ROWS,
          columns: [
            ...['created_at', 'contact', 'link', 'conversation_status', 'channel', 'line', 'source', 'agent', 'team'],
            ...['conversation_tag', 'message_count', 'first_response_time', 'resolution_time', 'csat_rating'],
          ],
        },
        {
          created_at: column.time(),
          contact_name: [column.width(155)],
          link: [column.width(85), column.links()],
          conversation_status: [panels.titleOf('status'), column.width(80), ...column.colored()],
          channel: [column.width(85)],
          line_name: [column.width(190)],
          source: [column.width(155)],
          agent_name: [column.width(150), panels.link('agents', 'agent')],
          team_name: [column.width(85)],
          conversation_tag: [column.title(panels.texts.links.tags), column.minWidth(125), column.pills()],
          message_count: [column.width(85)],
          first_response_time: [column.width(85)],
          resolution_time: [column.width(85)],
          csat_rating: [column.title('CSAT'), column.width(55), column.whole(), column.inColor(), ...column.threshold(ratings())],
        },
        panels.texts.conversations.panels.details
      ),
      { enablePagination: true }
    ),
  ]);
}

/** The open conversations, which cards count whatever the time range. */
function open(panels: Panels): Band {
  return equally(14, [
    withOptions(
      panels.table(
        {
          report: OPEN_REPORT,
          orderBy: [{ by: 'created_at' }],
          limit: ROWS,
          columns: [
            ...['created_at', 'contact', 'link', 'unattended', 'channel', 'line', 'source', 'agent', 'team'],
            ...['conversation_tag', 'message_count', 'first_response_time'],
          ],
        },
        {
          created_at: column.time(),
          contact_name: [column.width(155)],
          link: [column.width(85), column.links()],
          unattended: [column.width(95), ...column.colored()],
          channel: [column.width(85)],
          line_name: [column.width(190)],
          source: [column.width(155)],
          agent_name: [column.width(150), panels.link('agents', 'agent')],
          team_name: [column.width(85)],
          conversation_tag: [column.title(panels.texts.links.tags), column.minWidth(125), column.pills()],
          message_count: [column.width(85)],
          first_response_time: [column.width(85)],
        },
        panels.texts.conversations.panels.open
      ),
      { enablePagination: true }
    ),
  ]);
}

/** The CSAT score counts ratings of 4 and 5. */
const ratings = () =>
  thresholds([
    [null, 'red'],
    [3, 'orange'],
    [4, 'green'],
  ]);
