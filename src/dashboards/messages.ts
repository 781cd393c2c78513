import { type Definition } from './dashboard';
import { type Band, equally, inRows } from './layout';
import { column, type Columns } from './columns';
import { type Panels } from './panels';
import { INBOUND, OUTBOUND } from './query';

/** For support engineers: the status of every message that the business sent. */
export const messagesSent: Definition = {
  slug: 'messages-sent',
  from: 'now/d',
  texts: (texts) => texts.messagesSent,
  bands: (panels) => {
    const { total, pending, inWindow, volume, reasons, messages } = panels.texts.messagesSent.panels;
    return [
      ...inRows(3, 3, [
        panels.card({ metrics: ['messages_outbound'] }, 'none', total),
        panels.card({ metrics: ['delivery_rate'] }, 'none'),
        panels.card({ metrics: ['read_rate'] }, 'none'),
        panels.card({ metrics: ['failed_rate'] }, 'none'),
        panels.card({ metrics: ['messages_pending'] }, 'none', pending),
        panels.card({ metrics: ['sent_in_window_share'] }, 'none', inWindow),
      ]),
      {
        height: 8,
        cells: [
          {
            width: 15,
            panel: panels.bars({ metrics: ['messages_outbound'], groupBy: ['status'], filters: [OUTBOUND] }, volume),
          },
          { width: 9, panel: failureReasons(panels, reasons) },
        ],
      },
      details(panels, 'message_details_sent', messages, {
        status: [column.width(95), ...column.colored()],
        failure_reason: [column.width(240)],
        phone: [column.width(130)],
        contact_name: [column.width(170)],
        link: LINK,
        line_name: [column.width(190)],
        campaign_name: [column.width(290), column.blank(), panels.link('session-initiation', 'campaign')],
        template: [column.width(210), column.blank(), panels.link('session-initiation', 'template')],
        agent_name: [column.width(150), column.blank()],
        content_type: [column.width(120)],
        body: [column.width(360)],
        in_window: [column.width(165)],
        ...session(panels),
        correlation_id: [column.width(140), column.blank()],
        failure_code: [column.width(130)],
        failure_text: [column.width(360)],
      }),
    ];
  },
};

/** For support engineers: the messages that contacts wrote, and what they reply to. */
export const messagesReceived: Definition = {
  slug: 'messages-received',
  from: 'now/d',
  texts: (texts) => texts.messagesReceived,
  bands: (panels) => {
    const { total, contacts, clicks, volume, types, messages } = panels.texts.messagesReceived.panels;
    return [
      equally(3, [
        panels.card({ metrics: ['messages_received'] }, 'none', total),
        panels.card({ metrics: ['active_contacts'] }, 'none', contacts),
        panels.card({ metrics: ['button_clicks'] }, 'none', clicks),
      ]),
      {
        height: 8,
        cells: [
          { width: 16, panel: panels.bars({ metrics: ['messages_received'], groupBy: ['channel'], filters: [INBOUND] }, volume) },
          { width: 8, panel: panels.ranking('content_type', 'messages_received', { filters: [INBOUND] }, types) },
        ],
      },
      details(panels, 'message_details_received', messages, {
        phone: [column.width(130)],
        contact_name: [column.width(170)],
        link: LINK,
        line_name: [column.width(190)],
        answered_campaign_name: [column.width(290), column.blank()],
        answered_agent_name: [column.width(170), column.blank()],
        content_type: [column.width(120)],
        body: [column.minWidth(360)],
        button_payload: [column.width(200)],
        ...session(panels),
      }),
    ];
  },
};

/** A number of rows that browsers show quickly. The card shows the total. */
const ROWS = 500;

const LINK = [column.width(90), column.links()];

/** One row per message, newest first. */
function details(panels: Panels, report: string, texts: { title: string }, columns: Columns): Band {
  const ids = Object.keys(columns).map((id) => id.replace(/_name$/, ''));
  return equally(18, [
    panels.table(
      { report, columns: ['created_at', ...ids], limit: ROWS },
      { created_at: column.time(), ...columns },
      texts
    ),
  ]);
}

/** The session of a message, with links to all messages of the session. */
function session(panels: Panels): Columns {
  const { sent, received } = panels.texts.session;
  return {
    session_id: [
      column.width(110),
      {
        id: 'links',
        value: [
          panels.toSession('messages-sent', sent),
          panels.toSession('messages-received', received),
        ],
      },
    ],
    initiator: [column.width(195)],
    session_started_at: [column.hidden()],
    session_ends_at: column.time(),
  };
}

function failureReasons(panels: Panels, texts: { title: string }) {
  const failed = { dimension: 'status', operator: 'in', values: ['failed'] };
  return panels
    .ranking('failure_reason', 'messages_failed', { filters: [failed] }, texts)
    // Grafana ignores links when it computes the height of rows.
    .overrideByName('failure_reason', [column.plain(), panels.link('messages-sent', 'failure_reason')])
    .overrideByName('messages_failed', [column.width(110)]);
}
