import { type Definition } from './dashboard';
import { type Band, equally } from './layout';
import { column } from './columns';
import { dashed } from './charts';
import { type Panels } from './panels';
import { reasons } from './sessionInitiation';

/** For campaign managers: how many notifications of the week reach each stage up to the reply. */
export const funnel: Definition = {
  slug: 'funnel',
  from: 'now/w',
  marks: { campaign_sends: 'off', template_changes: 'off' },
  texts: (texts) => texts.funnel,
  bands: (panels) => [
    shape(panels),
    trends(panels),
    stages(panels, 'template', 'templates'),
    stages(panels, 'campaign', 'campaigns'),
  ],
};

function shape(panels: Panels): Band {
  const texts = panels.texts.funnel.panels;
  const beside = 10;
  return {
    height: 9,
    cells: [
      { width: 24 - beside, panel: panels.funnel(texts.funnel, true) },
      {
        width: beside,
        bands: [
          equally(
            3,
            [
              panels.card({ metrics: ['notifications_failed'] }, 'bad', texts.failed),
              // Notifications of the previous period are no longer pending, so a comparison says nothing.
              panels.card({ metrics: ['notifications_pending'] }, 'none', texts.pending),
            ],
            { width: beside }
          ),
          equally(6, [reasons(panels, texts.reasons)], { width: beside }),
        ],
      },
    ],
  };
}

function trends(panels: Panels): Band {
  const { conversion, timeToReply } = panels.texts.funnel.panels;
  return equally(8, [
    panels.lines({ metrics: ['stage_share_of_sent'], groupBy: ['stage'] }, conversion),
    panels
      .lines({ metrics: ['time_to_reply_p50', 'time_to_reply_p90'] }, timeToReply)
      .overrideByName('time_to_reply_p50', [REPLY])
      .overrideByName('time_to_reply_p90', [REPLY, dashed()]),
  ]);
}

/** The colour of replies. */
const REPLY = { id: 'color', value: { mode: 'fixed', fixedColor: '#BE61FC' } };

/** A table with the funnel of each template or campaign. */
function stages(panels: Panels, by: string, texts: 'templates' | 'campaigns'): Band {
  const rates = ['notified_delivery_rate', 'notified_read_rate', 'read_answer_rate', 'answer_rate'];
  const name = by === 'template' ? by : `${by}_name`;
  return equally(10, [
    panels.table(
      {
        report: 'funnel',
        metrics: ['notified', ...rates, 'time_to_reply_p50'],
        groupBy: [by],
        orderBy: [{ by: 'notified', desc: true }],
      },
      {
        [name]: [column.width(265), panels.link('session-initiation', by)],
        notified: column.bar(),
        ...Object.fromEntries(rates.map((id) => [id, column.bar(1)])),
      },
      panels.texts.funnel.panels[texts]
    ),
  ]);
}
