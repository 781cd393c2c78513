import { isEqual, pick } from 'lodash';

import { type Catalog, type Described, type Dimension, type Filter, type Metric, type Order, type ParleyQuery, type Report } from './types';

// What the editor needs to know about a query: its values once the report's defaults
// are filled in, and which choices are valid next to those already made. The metrics
// and their definitions come from the backend.

export const VERSION = 1;

/** The report of all messages. Its default format is logs. */
export const MESSAGE_LOG = 'message_log';

/** Intervals that are dimensions too. */
const CALENDAR = ['hour', 'day', 'week', 'month'];
const MINUTES = ['5m', '15m', '30m'];

/** A query with every default filled in. */
export interface ResolvedQuery {
  metrics: string[];
  groupBy: string[];
  bucket: string;
  /** The report's own filters, which a query cannot remove. */
  reportFilters: Filter[];
  filters: Filter[];
  compare: string;
  format: string;
  columns: string[];
  orderBy: Order[];
  limit?: number;
}

/** The keys of a query that the editor changes, in the order in which their defaults depend on each other. */
const EDITABLE = ['metrics', 'groupBy', 'format', 'bucket', 'filters', 'compare', 'columns', 'orderBy', 'limit'] as const;

type Changeable = Pick<ParleyQuery, (typeof EDITABLE)[number]>;

/** The keys that stay when another report is selected. */
const LASTING: Array<keyof ParleyQuery> = [
  'refId',
  'hide',
  'key',
  'queryType',
  'datasource',
  'version',
  'timezone',
  'language',
];

export function reportOf(query: ParleyQuery, catalog: Catalog): Report | undefined {
  return catalog.reports.find((report) => report.id === query.report);
}

/** Fills in the defaults of a query, as the backend does. */
export function resolve(query: ParleyQuery, catalog: Catalog): ResolvedQuery {
  const preset = reportOf(query, catalog)?.query ?? {};
  const resolved: ResolvedQuery = {
    metrics: query.metrics ?? preset.metrics ?? [],
    groupBy: query.groupBy ?? preset.groupBy ?? [],
    bucket: query.bucket || preset.bucket || '',
    reportFilters: preset.filters ?? [],
    filters: query.filters ?? [],
    compare: query.compare || preset.compare || 'none',
    format: query.format || preset.format || 'table',
    columns: query.columns ?? preset.columns ?? [],
    orderBy: query.orderBy ?? [],
    limit: query.limit || preset.limit,
  };
  if (!resolved.bucket) {
    resolved.bucket = resolved.format === 'timeseries' && !timeGroup(resolved, catalog) ? 'auto' : 'none';
  }
  if (!query.orderBy) {
    const columns = orderColumns(resolved, reportOf(query, catalog));
    resolved.orderBy = (preset.orderBy ?? []).filter((order) => columns.includes(order.by));
  }
  return resolved;
}

/** Selects another report and drops the changes to the previous one. Without a report, the query becomes a custom query. */
export function selectReport(query: ParleyQuery, report: string | undefined, catalog: Catalog): ParleyQuery {
  const next: ParleyQuery = { ...pick(query, LASTING), refId: query.refId, version: VERSION };
  if (report) {
    return { ...next, report };
  }
  return isDetails(resolve(query, catalog)) ? next : customQuery({ ...query, version: VERSION }, catalog);
}

/** The same query without a report: the defaults of the report become part of the query. */
function customQuery(query: ParleyQuery, catalog: Catalog): ParleyQuery {
  const { reportFilters, ...resolved } = resolve(query, catalog);
  const { report, ...own } = query;
  const filled = EDITABLE.filter((key) => query[key] === undefined);
  const custom = { ...own, ...resolved, filters: [...reportFilters, ...resolved.filters] };
  return dropDefaults(custom, catalog, filled);
}

/**
 * Applies an edit. It changes the edited keys and those that the edit makes invalid,
 * and no other. Edited keys that equal the default are left out, so that the query
 * follows its report.
 */
export function change(query: ParleyQuery, catalog: Catalog, patch: Changeable): ParleyQuery {
  const next = { ...query, ...patch, version: VERSION };
  if (isVariable(query.report)) {
    // The report can change, so nothing is known to be a default or to be invalid.
    return next;
  }
  const repairs = repair(query, patch, catalog);
  const touched = EDITABLE.filter((key) => key in patch || key in repairs);
  const changed = dropDefaults({ ...next, ...repairs }, catalog, touched);
  const regrouped = 'metrics' in patch || 'groupBy' in patch;
  return regrouped && isUnrelated(changed, catalog) ? customQuery(changed, catalog) : changed;
}

/** Whether no metric and no group of the report is left, so that its title would be wrong. */
function isUnrelated(query: ParleyQuery, catalog: Catalog): boolean {
  const report = reportOf(query, catalog);
  const { metrics, groupBy } = resolve(query, catalog);
  const shares = (own: string[], reports: string[] = []) => own.some((id) => reports.includes(id) || isVariable(id));
  return (
    report !== undefined &&
    metrics.length > 0 &&
    !shares(metrics, report.query.metrics) &&
    !shares(groupBy, report.query.groupBy)
  );
}

function dropDefaults(query: ParleyQuery, catalog: Catalog, keys: ReadonlyArray<(typeof EDITABLE)[number]>): ParleyQuery {
  let next = query;
  for (const key of keys) {
    const { [key]: value, ...rest } = next;
    if (value === undefined || isEqual(value, resolve(rest, catalog)[key])) {
      next = rest;
    }
  }
  return next;
}

/** The changes to other keys that an edit needs: what it makes invalid is removed or replaced. */
function repair(query: ParleyQuery, patch: Changeable, catalog: Catalog): Changeable {
  const repairs: Changeable = {};
  const before = resolve(query, catalog);
  const now = () => resolve({ ...query, ...patch, ...repairs }, catalog);
  const isLost = (ids: (resolved: ResolvedQuery) => string[]) => {
    const [valid, stillValid] = [ids(before), ids(now())];
    return (id: string) => valid.includes(id) && !stillValid.includes(id);
  };

  const bucket = patch.format && bucketForFormat(query, patch.format, catalog);
  if (bucket) {
    repairs.bucket = bucket;
  }
  const { metrics, groupBy, format } = now();
  if (chosenMetrics({ metrics }, catalog).some(isStaged) && !groupBy.includes(STAGE)) {
    repairs.groupBy = [STAGE, ...groupBy];
  }
  const isLostGroup = isLost((resolved) => groupDimensions(resolved, catalog).map((d) => d.id));
  if (groupBy.some(isLostGroup)) {
    repairs.groupBy = now().groupBy.filter((id) => !isLostGroup(id));
  }
  if (isLost((resolved) => bucketChoices(resolved, catalog))(now().bucket)) {
    repairs.bucket = 'none';
    if (format === 'timeseries' && !timeGroup(now(), catalog)) {
      repairs.format = 'table';
    }
  }
  const isLostFilter = isLost((resolved) => filterDimensionsOf(query, resolved, catalog).map((d) => d.id));
  if (now().filters.some((filter) => isLostFilter(filter.dimension))) {
    repairs.filters = now().filters.filter((filter) => !isLostFilter(filter.dimension));
  }
  if (isLost((resolved) => formatsOf(resolved, catalog))(now().format)) {
    repairs.format = 'table';
  }
  const isLostOrder = isLost((resolved) => orderColumns(resolved, reportOf(query, catalog)));
  if (query.orderBy?.some((order) => isLostOrder(order.by)) && !patch.orderBy) {
    const orderBy = query.orderBy.filter((order) => !isLostOrder(order.by));
    repairs.orderBy = orderBy.length > 0 ? orderBy : undefined;
  }
  return repairs;
}

/** The bucket that another format needs if the query does not set one. A table and a heatmap have no time axis. */
function bucketForFormat(query: ParleyQuery, format: string, catalog: Catalog): string | undefined {
  const preset = reportOf(query, catalog)?.query;
  const reportBucket = preset?.bucket || 'none';
  if (format === 'heatmap') {
    return 'none';
  }
  if (format === 'table') {
    return query.bucket || reportBucket === 'none' || (preset?.format ?? 'table') === 'table' ? undefined : 'none';
  }
  // Back in the report's format, use the report's bucket again.
  return format === preset?.format && query.format === 'table' && query.bucket === 'none' && reportBucket !== 'none'
    ? reportBucket
    : undefined;
}

export function isVariable(text: string | undefined): boolean {
  return text !== undefined && (text.includes('$') || text.includes('[['));
}

/** Whether the report lists events. These are annotations and cannot be shown in a panel. */
export function isEvents(report: Report): boolean {
  return report.query.format === 'annotations';
}

export function isDetails(resolved: Pick<ResolvedQuery, 'format'>): boolean {
  return resolved.format === 'details' || resolved.format === 'logs';
}

/** Whether the result has a value for each interval. */
export function hasTimeAxis(resolved: ResolvedQuery, catalog: Catalog): boolean {
  return resolved.bucket !== 'none' || timeGroup(resolved, catalog) !== undefined;
}

/** The metrics that can be added to the query. */
export function metricChoices(resolved: ResolvedQuery, catalog: Catalog): Metric[] {
  const [first] = chosenMetrics(resolved, catalog);
  return catalog.metrics.filter(
    (m) =>
      resolved.reportFilters.every((f) => m.dimensions.includes(f.dimension)) &&
      (!first || isStaged(m) === isStaged(first)) &&
      (resolved.format === 'table' || isNumber(m))
  );
}

function chosenMetrics(resolved: Pick<ResolvedQuery, 'metrics'>, catalog: Catalog): Metric[] {
  return catalog.metrics.filter((m) => resolved.metrics.includes(m.id));
}

/** The group that the metrics of the funnel need, and that no other metric can have. */
const STAGE = 'stage';

function isStaged(metric: Metric): boolean {
  return metric.dimensions.includes(STAGE);
}

/** Whether the metric is a number, which charts and alert rules need. */
export function isNumber(metric: Metric): boolean {
  return metric.unit !== 'text' && metric.unit !== 'time';
}

/** The dimensions that all of the metrics have. */
function commonDimensions(metrics: string[], catalog: Catalog): Dimension[] {
  const chosen = chosenMetrics({ metrics }, catalog);
  return catalog.dimensions.filter((d) => chosen.every((m) => m.dimensions.includes(d.id)));
}

/** The dimensions that the query can be grouped by. Time is a group or the interval, not both. */
export function groupDimensions(resolved: ResolvedQuery, catalog: Catalog): Dimension[] {
  const hasInterval = resolved.bucket !== 'none';
  const group = timeGroup(resolved, catalog);
  return commonDimensions(resolved.metrics, catalog).filter(
    (d) => d.kind !== 'time' || (!hasInterval && (!group || group === d.id))
  );
}

/** The dimensions that can filter the query. */
export function filterDimensions(query: ParleyQuery, catalog: Catalog): Dimension[] {
  return filterDimensionsOf(query, resolve(query, catalog), catalog);
}

function filterDimensionsOf(query: ParleyQuery, resolved: ResolvedQuery, catalog: Catalog): Dimension[] {
  const events = reportOf(query, catalog)?.filters;
  if (events) {
    return catalog.dimensions.filter((d) => events.includes(d.id) && d.kind !== 'time' && d.operators.length > 0);
  }
  let { metrics } = resolved;
  if (isDetails(resolved)) {
    // A details report has no metrics; those of its fact have the same dimensions.
    const fact = reportOf(query, catalog)?.fact;
    metrics = catalog.metrics.filter((m) => m.fact === fact).map((m) => m.id);
  }
  return commonDimensions(metrics, catalog).filter((d) => d.kind !== 'time' && d.operators.length > 0);
}

export function bucketChoices(resolved: ResolvedQuery, catalog: Catalog): string[] {
  if (isDetails(resolved) || timeGroup(resolved, catalog)) {
    return ['none'];
  }
  const common = commonDimensions(resolved.metrics, catalog).map((d) => d.id);
  const calendar = CALENDAR.filter((bucket) => common.includes(bucket));
  const hasHours = common.includes('hour');
  return ['none', ...(hasHours ? ['auto', ...MINUTES] : []), ...calendar];
}

export function formatChoices(query: ParleyQuery, catalog: Catalog): string[] {
  const report = reportOf(query, catalog);
  if (report && isDetails(resolve({ report: report.id, refId: query.refId }, catalog))) {
    // Only messages have a text to show as a log line.
    return report.columns?.some((column) => column.id === 'body') ? ['details', 'logs'] : ['details'];
  }
  return formatsOf(resolve(query, catalog), catalog);
}

/** The formats in which metrics can be returned. */
function formatsOf(resolved: ResolvedQuery, catalog: Catalog): string[] {
  if (!chosenMetrics(resolved, catalog).every(isNumber)) {
    return ['table'];
  }
  const overTime =
    timeGroup(resolved, catalog) || bucketChoices({ ...resolved, format: 'table' }, catalog).length > 1;
  return ['table', ...(overTime ? ['timeseries'] : []), ...(isTraffic(resolved) ? ['heatmap'] : [])];
}

/** Whether the query is one metric by weekday and hour of day, which a heatmap can show. */
function isTraffic({ metrics, groupBy }: ResolvedQuery): boolean {
  return metrics.length === 1 && groupBy.length === 2 && groupBy.includes('weekday') && groupBy.includes('hour_of_day');
}

/** The columns that the rows can be sorted by. */
export function orderColumns(resolved: ResolvedQuery, report: Report | undefined): string[] {
  if (isDetails(resolved)) {
    return report?.sortable ?? [];
  }
  return [...(resolved.bucket === 'none' ? [] : ['time']), ...resolved.groupBy, ...resolved.metrics];
}

function timeGroup(resolved: Pick<ResolvedQuery, 'groupBy'>, catalog: Catalog): string | undefined {
  return resolved.groupBy.find((id) => catalog.dimensions.some((d) => d.id === id && d.kind === 'time'));
}

/** The columns that a details report can show. */
export function columnChoices(query: ParleyQuery, catalog: Catalog): Described[] {
  return reportOf(query, catalog)?.columns ?? [];
}
