import { dateTime, type LogRowModel, type TimeRange } from '@grafana/data';

import { MESSAGE_LOG, VERSION } from './query';
import { type Filter, NONE, type ParleyQuery } from './types';

// Message logs in Explore: the histogram above them and the context of a line. The backend
// defines the lines.

/** How far the context of a line goes back and forward. */
const CONTEXT_DAYS = 90;

export function isLog(query: ParleyQuery): boolean {
  return (query.format || (query.report === MESSAGE_LOG ? 'logs' : '')) === 'logs';
}

/** The query that counts log lines. */
export function volumeQuery(query: ParleyQuery): ParleyQuery {
  const { columns, orderBy, limit, after, ...same } = query;
  return { ...same, refId: `log-volume-${query.refId}`, format: 'logs_volume' };
}

/**
 * The query for the context of a log line: its conversation or, without conversations, all
 * messages between the contact and the line. Undefined without a contact.
 */
export function contextQuery(row: LogRowModel): ParleyQuery | undefined {
  const value = (name: string): string | undefined =>
    row.dataFrame.fields.find((field) => field.name === name)?.values[row.rowIndex] ?? undefined;
  const only = (dimension: string, id = NONE): Filter => ({ dimension, operator: 'in', values: [id] });
  const [conversation, contact] = [value('conversation_id'), value('contact')];
  if (!conversation && !contact) {
    return undefined;
  }
  return {
    refId: row.dataFrame.refId ?? 'context',
    version: VERSION,
    report: MESSAGE_LOG,
    filters: conversation ? [only('conversation_id', conversation)] : [only('contact', contact), only('line', value('line'))],
  };
}

export function contextRange(row: LogRowModel, forward: boolean): TimeRange {
  const at = dateTime(row.timeEpochMs);
  const [from, to] = forward
    ? [at, dateTime(at).add(CONTEXT_DAYS, 'days')]
    : [dateTime(at).subtract(CONTEXT_DAYS, 'days'), at];
  return { from, to, raw: { from, to } };
}

/** The filter by status for a log level. */
export function levelFilter(level: string, others: boolean): Filter {
  const status: Record<string, string> = { error: 'failed', warning: 'pending' };
  const values = level in status ? [status[level]] : Object.values(status);
  return { dimension: 'status', operator: level in status !== others ? 'in' : 'notIn', values };
}
