import { mapValues } from 'lodash';

import { type Definition } from './dashboard';
import { type Band, equally } from './layout';
import { byThreshold, cell, column, dashedThresholds, type Panels, thresholds } from './panels';
import { type PanelTexts } from './texts';
import { FAILED_SENDS } from './thresholds';

/** For operations on call: whether messages arrive, where they don't, and what to do about it. */
export const deliveryHealth: Definition = {
  slug: 'delivery-health',
  variables: ['account', 'channel', 'line', 'team', 'template', 'campaign'],
  from: 'now-24h',
  refresh: '1m',
  texts: (texts) => texts.deliveryHealth,
  bands: (panels) => [cards(panels), rates(panels), why(panels), lines(panels), codes(panels)],
};

const FAILED = { dimension: 'status', operator: 'in', values: ['failed'] };

/** What the panels are called, with the bounds of the alert rule in their notes. */
function texts({ texts: { deliveryHealth, language } }: Panels): Record<keyof typeof deliveryHealth.panels, PanelTexts> {
  const rate = new Intl.NumberFormat(language, { style: 'percent' }).format(FAILED_SENDS.rate);
  return mapValues(deliveryHealth.panels, ({ title, note }) => ({
    title,
    note: note?.replace('{rate}', rate).replace('{minimum}', String(FAILED_SENDS.minimum)),
  }));
}

/** Red from where the alert rule fires. */
const trouble = () =>
  thresholds([
    [null, 'green'],
    [FAILED_SENDS.rate, 'red'],
  ]);

/** What is now, whatever the range of the dashboard. */
function cards(panels: Panels): Band {
  const { failedRate, linesWithTrouble, pending, delivered } = texts(panels);
  const names = panels.texts.deliveryHealth.names;
  return equally(4, [
    panels
      .card({ metrics: ['failed_rate'], format: 'table', compare: 'previous_period' }, 'none', failedRate)
      .timeFrom(FAILED_SENDS.window)
      .thresholds(trouble())
      .colorScheme(byThreshold())
      .overrideByName('failed_rate', [column.title(names.now)])
      .overrideByName('failed_rate_previous', [column.title(names.before)]),
    panels
      .count(
        { metrics: ['failed_rate', 'messages_outbound'], groupBy: ['line'] },
        [
          { metric: 'failed_rate', above: FAILED_SENDS.rate },
          { metric: 'messages_outbound', from: FAILED_SENDS.minimum },
        ],
        linesWithTrouble
      )
      .timeFrom(FAILED_SENDS.window)
      .thresholds(
        thresholds([
          [null, 'green'],
          [1, 'red'],
        ])
      )
      .colorScheme(byThreshold()),
    panels.card({ metrics: ['messages_pending'] }, 'none', pending).timeFrom('24h'),
    panels.card({ metrics: ['messages_delivered'] }, 'none', delivered).timeFrom('15m'),
  ]);
}

function rates(panels: Panels): Band {
  const { rateByLine, rateByTemplate } = texts(panels);
  const rate = (by: string, texts: { title: string }) =>
    panels
      .lines({ metrics: ['failed_rate'], groupBy: [by] }, texts)
      .spanNulls(true)
      .thresholds(trouble())
      .thresholdsStyle(dashedThresholds())
      .overrideByFieldType('number', [panels.linkOfSeries('messages-sent', by, { status: 'failed' })]);
  return equally(8, [rate('line', rateByLine), rate('template', rateByTemplate)]);
}

function why(panels: Panels): Band {
  const { reasons, alerts } = texts(panels);
  return {
    height: 8,
    cells: [
      {
        width: 15,
        panel: panels
          .bars({ metrics: ['messages_failed'], groupBy: ['failure_reason'], filters: [FAILED] }, reasons)
          .overrideByFieldType('number', [panels.linkOfSeries('messages-sent', 'failure_reason', { status: 'failed' })]),
      },
      { width: 9, panel: panels.alerts(alerts) },
    ],
  };
}

/** The lines of the last hour, the worst first. */
function lines(panels: Panels): Band {
  const counts = ['messages_outbound', 'messages_delivered', 'messages_failed', 'messages_pending'];
  const failed = panels.way('messages-sent', { status: 'failed', line: cell('line') });
  return equally(8, [
    panels
      .table(
        {
          metrics: ['failed_rate', ...counts],
          groupBy: ['channel', 'line'],
          orderBy: [
            { by: 'failed_rate', desc: true },
            { by: 'messages_outbound', desc: true },
          ],
        },
        {
          channel: [column.width(120)],
          line_name: [column.minWidth(180), { id: 'links', value: [failed] }],
          failed_rate: [column.minWidth(160), ...column.bar(1), ...column.threshold(trouble())],
        },
        texts(panels).lines
      )
      .timeFrom(FAILED_SENDS.window),
  ]);
}

/** What failed in the range, what each code means and what to do about it. */
function codes(panels: Panels): Band {
  const choices = { status: 'failed', failure_reason: cell('failure_reason'), filters: `failure_code|=|${cell('failure_code')}` };
  return equally(10, [
    panels.table(
      {
        metrics: ['messages_failed', 'failure_meaning', 'failure_advice'],
        groupBy: ['failure_code', 'failure_reason'],
        filters: [FAILED],
      },
      {
        failure_code: [column.width(90), { id: 'links', value: [panels.way('messages-sent', choices)] }],
        failure_reason: [column.width(220)],
        messages_failed: [column.width(130), ...column.bar()],
        failure_meaning: [column.minWidth(260), column.wrap()],
        failure_advice: [column.minWidth(360), column.wrap()],
      },
      texts(panels).codes
    ),
  ]);
}
