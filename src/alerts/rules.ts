import { type Question } from '../dashboards/query';
import { THRESHOLDS } from './thresholds';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type RuleId =
  'failedByLine' | 'failedByTemplate' | 'spam' | 'undelivered' | 'unattended' | 'answers' | 'csat';

export type GroupId = 'sending' | 'traffic' | 'quality';

/** An alert rule without its texts. */
export interface Rule {
  id: RuleId;
  uid: string;
  severity: 'critical' | 'warning';
  /** The dimension that the rule groups by. */
  by: 'line' | 'team' | 'template';
  /** One query per number: a rule cannot use a query with two metrics. */
  numbers: Record<string, Quantity>;
  /** Expressions that only the texts use. */
  computed?: Record<string, string>;
  /**
   * The condition. It must not divide, since Grafana fires if the result is not a
   * number. If two queries return one group each, Grafana combines them even if the
   * groups differ. To avoid that, the second query has the same or a longer time range,
   * so that it includes every group of the first; or the condition compares all numbers
   * with those of the period before.
   */
  fires: string;
  /** How long the condition has to be true. */
  for: string;
  /** The dashboard to link to, the metric of its panel, and the time range. */
  dashboard: { slug: string; metric: string; from: string };
}

interface Quantity extends Pick<Question, 'filters'> {
  metric: string;
  /** Start and end of the time range, in seconds before now. */
  from: number;
  to?: number;
}

/** Rules that are evaluated together. */
export interface Group {
  id: GroupId;
  interval: string;
  rules: Rule[];
}

const { failed, spam, undelivered, answers, unattended, csat } = THRESHOLDS;

function failedBy(by: 'line' | 'template', rule: Pick<Rule, 'id' | 'severity' | 'dashboard'>): Rule {
  const range = { from: failed.minutes * MINUTE };
  const filters = by === 'template' ? [{ dimension: by, operator: 'notIn', values: ['(none)'] }] : undefined;
  return {
    uid: `parley-failed-by-${by}`,
    by,
    numbers: {
      failed: { metric: 'messages_failed', filters, ...range },
      sent: { metric: 'messages_sent', filters, ...range },
    },
    computed: { rate: '$failed / ($failed + $sent)' },
    fires: `($failed + $sent >= ${failed.tried}) && ($failed > ${failed.rate} * ($failed + $sent))`,
    for: '5m',
    ...rule,
  };
}

const sending: Rule[] = [
  failedBy('line', {
    id: 'failedByLine',
    severity: 'critical',
    dashboard: { slug: 'delivery-health', metric: 'failed_rate', from: 'now-6h' },
  }),
  failedBy('template', {
    id: 'failedByTemplate',
    severity: 'warning',
    dashboard: { slug: 'delivery-health', metric: 'failed_rate', from: 'now-6h' },
  }),
];

const traffic: Rule[] = [
  {
    id: 'undelivered',
    uid: 'parley-no-deliveries',
    severity: 'critical',
    by: 'line',
    numbers: {
      sent: window('messages_sent'),
      delivered: window('messages_delivered'),
      // Excludes channels that do not report deliveries.
      delivered_before: { metric: 'messages_delivered', from: 7 * DAY },
    },
    fires: `($sent >= ${undelivered.sent}) && ($delivered == 0) && ($delivered_before > 0)`,
    for: '5m',
    dashboard: { slug: 'delivery-health', metric: 'messages_delivered', from: 'now-6h' },
  },
  {
    id: 'spam',
    uid: 'parley-sent-received-ratio',
    severity: 'warning',
    by: 'line',
    numbers: {
      sent: { metric: 'messages_sent', from: spam.hours * HOUR },
      received: { metric: 'messages_received', from: spam.hours * HOUR },
      // Excludes lines that only send.
      received_before: { metric: 'messages_received', from: 7 * DAY },
    },
    fires: `($sent >= ${spam.sent}) && ($sent > ${spam.ratio} * $received) && ($received_before > 0)`,
    for: '15m',
    dashboard: { slug: 'channels', metric: 'sent_received_ratio', from: `now-${spam.hours}h` },
  },
  {
    id: 'unattended',
    uid: 'parley-unattended',
    severity: 'warning',
    by: 'team',
    numbers: { unattended: { metric: 'unattended_now', from: HOUR } },
    fires: `$unattended > ${unattended.conversations}`,
    for: '15m',
    dashboard: { slug: 'overview', metric: 'unattended_now', from: 'now-24h' },
  },
];

function window(metric: string): Quantity {
  const to = undelivered.grace * MINUTE;
  return { metric, from: to + undelivered.minutes * MINUTE, to };
}

const quality: Rule[] = [
  {
    id: 'answers',
    uid: 'parley-answer-rate',
    severity: 'warning',
    by: 'line',
    numbers: {
      rate: day('answer_rate'),
      rate_before: day('answer_rate', 7 * DAY),
      notified: day('notified'),
      notified_before: day('notified', 7 * DAY),
    },
    fires:
      `(($notified >= ${answers.notified}) && ($notified_before >= ${answers.notified}))` +
      ` && ($rate < ${rounded(1 - answers.drop)} * $rate_before)`,
    for: '30m',
    dashboard: { slug: 'session-initiation', metric: 'answer_rate', from: 'now-14d' },
  },
  {
    id: 'csat',
    uid: 'parley-csat',
    severity: 'warning',
    by: 'team',
    numbers: {
      score: { metric: 'csat_score', from: csat.days * DAY },
      score_before: { metric: 'csat_score', from: (csat.days + csat.before) * DAY, to: csat.days * DAY },
      responses: { metric: 'csat_responses', from: csat.days * DAY },
      responses_before: { metric: 'csat_responses', from: (csat.days + csat.before) * DAY, to: csat.days * DAY },
    },
    fires:
      `(($responses >= ${csat.responses}) && ($responses_before >= ${csat.responses}))` +
      ` && ($score < $score_before - ${csat.drop})`,
    for: '30m',
    dashboard: { slug: 'overview', metric: 'csat_score', from: `now-${csat.days + csat.before}d` },
  },
];

/** Leaves out the newest notifications, since contacts need time to reply. */
function day(metric: string, before = 0): Quantity {
  const to = before + answers.grace * HOUR;
  return { metric, from: to + answers.hours * HOUR, to };
}

function rounded(x: number): number {
  return Number(x.toFixed(4));
}

export const GROUPS: Group[] = [
  { id: 'sending', interval: '1m', rules: sending },
  { id: 'traffic', interval: '5m', rules: traffic },
  { id: 'quality', interval: '15m', rules: quality },
];
