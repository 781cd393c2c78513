import { BigValueTextMode, ReduceDataOptionsBuilder, ScaleDistribution, ScaleDistributionConfigBuilder } from '@grafana/grafana-foundation-sdk/common';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { type PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { mapValues } from 'lodash';

import { percent, THRESHOLDS } from '../alerts/thresholds';
import { type Definition } from './dashboard';
import { type Band, equally } from './layout';
import { byThreshold, column, thresholds } from './columns';
import { cell } from './links';
import { dashedThresholds } from './charts';
import { lately, type Panels } from './panels';
import { OUTBOUND, type Question } from './query';
import { type PanelTexts } from './texts';

/** For operations: whether messages arrive, where they fail, and what to do. */
export const deliveryHealth: Definition = {
  slug: 'delivery-health',
  from: 'now-24h',
  refresh: '1m',
  marks: { campaign_sends: 'on', failure_bursts: 'off', template_changes: 'off' },
  texts: (texts) => texts.deliveryHealth,
  bands: (panels) => [cards(panels), rates(panels), why(panels), lines(panels), codes(panels)],
};

const FAILED = { dimension: 'status', operator: 'in', values: ['failed'] };

const { failed } = THRESHOLDS;

/** The time range of the alert rule. */
const LATELY = `${failed.minutes}m`;

/** The time range before that, which the card compares with. */
const HOUR_BEFORE = `from=now-${2 * failed.minutes}m&to=now-${failed.minutes}m`;

/** Titles and notes of the panels, with the thresholds of the alert rule. */
function texts({ texts: { deliveryHealth, language } }: Panels): Record<keyof typeof deliveryHealth.panels, PanelTexts> {
  const rate = percent(failed.rate, language);
  return mapValues(deliveryHealth.panels, ({ title, note }) => ({
    title,
    note: note?.replace('{rate}', rate).replace('{tried}', String(failed.tried)),
  }));
}

/** Red above the threshold of the alert rule. */
const trouble = () =>
  thresholds([
    [null, 'green'],
    [failed.rate, 'red'],
  ]);

/** Cards of the last hours. They ignore the dashboard's time range, if it is relative. */
function cards(panels: Panels): Band {
  const { failedRate, linesWithTrouble, pending, delivered } = texts(panels);
  const { now, before } = panels.texts.deliveryHealth.names;
  const card = (question: Question, time: string, texts: PanelTexts) =>
    panels.card(question, 'none', texts, time);
  return equally(4, [
    card({ metrics: ['failed_rate'], format: 'table', compare: 'previous_period' }, LATELY, failedRate)
      .overrideByName('failed_rate', [column.title(now), ...column.threshold(trouble())])
      .overrideByName('failed_rate_previous', [column.title(before), ...panels.behind('failed_rate', {}, HOUR_BEFORE)])
      // The card shows both rates, so it needs no change.
      .withTransformation({ id: 'organize', options: { excludeByName: panels.changesOf('failed_rate') } }),
    countOfTrouble(
      panels,
      card({ metrics: [...TRIED, 'failed_rate'], groupBy: ['line'], format: 'table' }, LATELY, linesWithTrouble)
    ),
    card({ metrics: ['messages_pending'] }, '24h', pending),
    card({ metrics: ['messages_delivered'] }, '15m', delivered),
  ]);
}

/** Messages that are no longer pending. */
const TRIED = ['messages_failed', 'messages_sent'];

/** Counts the rows above the thresholds of the alert rule. */
function countOfTrouble(panels: Panels, card: Stat): Stat {
  const above = { id: 'greater', options: { value: failed.rate } };
  const enough = { id: 'greaterOrEqual', options: { value: failed.tried } };
  return card
    .withTransformation({
      id: 'calculateField',
      options: {
        mode: 'reduceRow',
        reduce: { include: TRIED.map((id) => panels.metricTitle(id)), reducer: 'sum' },
        alias: 'tried',
      },
    })
    .withTransformation({
      id: 'filterByValue',
      options: {
        type: 'include',
        match: 'all',
        filters: [
          { fieldName: panels.metricTitle('failed_rate'), config: above },
          { fieldName: 'tried', config: enough },
        ],
      },
    })
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['count']).fields('/^tried$/'))
    .overrideByName('tried', panels.behind('failed_rate', {}, lately(LATELY)))
    .textMode(BigValueTextMode.Value)
    .thresholds(
      thresholds([
        [null, 'green'],
        [1, 'red'],
      ])
    )
    .colorScheme(byThreshold());
}

function rates(panels: Panels): Band {
  const { rateByLine, rateByTemplate } = texts(panels);
  const rate = (by: string, texts: PanelTexts) =>
    panels
      .lines({ metrics: ['failed_rate'], groupBy: [by] }, texts)
      .spanNulls(GAP)
      // A line with few messages can have a rate of 100%. Small rates of other lines must stay visible.
      .scaleDistribution(
        new ScaleDistributionConfigBuilder().type(ScaleDistribution.Symlog).log(10).linearThreshold(0.01)
      )
      .min(0)
      .max(1)
      // Otherwise a small scale has a cut-off tick below 0.
      .mappings([{ type: MappingType.RangeToText, options: { from: -1, to: -0.001, result: { text: ' ' } } }])
      .thresholds(trouble())
      .thresholdsStyle(dashedThresholds());
  return equally(8, [rate('line', rateByLine), rate('template', rateByTemplate)]);
}

/** Connects points across an hour without messages, but not across a night. */
const GAP = 2.5 * 3600 * 1000;

function why(panels: Panels): Band {
  const { reasons, alerts } = texts(panels);
  return {
    height: 8,
    cells: [
      {
        width: 15,
        panel: panels.bars({ metrics: ['messages_failed'], groupBy: ['failure_reason'], filters: [FAILED] }, reasons),
      },
      { width: 9, panel: panels.alerts(alerts) },
    ],
  };
}

/** The lines of the last hour, worst first. */
function lines(panels: Panels): Band {
  const counts = ['messages_outbound', 'messages_delivered', 'messages_failed', 'messages_pending'];
  const failed = panels.to('messages-sent', { status: 'failed', line: cell('line') }, lately(LATELY));
  return equally(9, [
    panels
      .table(
        {
          metrics: ['failed_rate', ...counts],
          groupBy: ['line', 'channel'],
          filters: [OUTBOUND],
          orderBy: [
            { by: 'failed_rate', desc: true },
            { by: 'messages_outbound', desc: true },
          ],
        },
        {
          line_name: [column.minWidth(190), { id: 'links', value: [failed] }],
          channel: [column.width(130)],
          failed_rate: [column.width(130), column.inColor(), ...column.threshold(trouble())],
          messages_outbound: column.bar(),
        },
        texts(panels).lines,
        LATELY
      ),
  ]);
}

/** Failures in the time range by code, with meaning and advice. */
function codes(panels: Panels): Band {
  const choices = { status: 'failed', failure_code: cell('failure_code') };
  return equally(10, [
    panels.table(
      {
        metrics: ['messages_failed', 'failure_meaning', 'failure_advice'],
        groupBy: ['failure_code', 'failure_reason'],
        filters: [FAILED],
      },
      {
        failure_code: [column.width(90), { id: 'links', value: [panels.to('messages-sent', choices)] }],
        failure_reason: [column.width(240), column.wrap()],
        messages_failed: [column.width(130), ...column.bar()],
        failure_meaning: [column.minWidth(260), column.wrap()],
        failure_advice: [column.minWidth(340), column.wrap()],
      },
      texts(panels).codes
    ),
  ]);
}
