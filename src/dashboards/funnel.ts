import { type Definition } from './dashboard';
import { type Band, equally } from './layout';
import { column, type Panels } from './panels';

/** Of a campaign's manager: where the notifications of the week stop on their way to a reply. */
export const funnel: Definition = {
  slug: 'funnel',
  variables: ['account', 'channel', 'line', 'team', 'template', 'origin', 'user_type', 'campaign'],
  from: 'now/w',
  texts: (texts) => texts.funnel,
  bands: (panels) => [shape(panels), trends(panels), byTemplate(panels), byCampaign(panels)],
};

function shape(panels: Panels): Band {
  const texts = panels.texts.funnel.panels;
  return {
    height: 12,
    cells: [
      { width: 15, panel: panels.funnel(texts.funnel) },
      {
        width: 9,
        panel: [
          { height: 4, panel: panels.ranking({ metrics: ['notifications_failed', 'notifications_pending'] }, texts.leftOut) },
          {
            height: 8,
            panel: panels.ranking(
              {
                metrics: ['notifications_failed'],
                groupBy: ['failure_reason'],
                filters: [{ dimension: 'status', operator: 'in', values: ['failed'] }],
                orderBy: [{ by: 'notifications_failed', desc: true }],
              },
              texts.failures
            ),
          },
        ],
      },
    ],
  };
}

function trends(panels: Panels): Band {
  const { conversion, timeToReply } = panels.texts.funnel.panels;
  return equally(9, [
    panels.lines({ metrics: ['stage_share_of_sent'], groupBy: ['stage'] }, conversion),
    panels.lines({ metrics: ['time_to_reply_p50', 'time_to_reply_p90'] }, timeToReply),
  ]);
}

const byTemplate = (panels: Panels) => stages(panels, 'template', 'templates');

const byCampaign = (panels: Panels) => stages(panels, 'campaign', 'campaigns');

/** The funnel of every template or campaign, one a row. */
function stages(panels: Panels, by: string, texts: 'templates' | 'campaigns'): Band {
  const rates = ['notified_delivery_rate', 'notified_read_rate', 'read_answer_rate', 'answer_rate'];
  return equally(10, [
    panels.table(
      {
        report: 'funnel',
        metrics: ['notified', ...rates],
        groupBy: [by],
        orderBy: [{ by: 'notified', desc: true }],
      },
      { notified: column.bar(), ...Object.fromEntries(rates.map((id) => [id, column.bar(1)])) },
      panels.texts.funnel.panels[texts]
    ),
  ]);
}
