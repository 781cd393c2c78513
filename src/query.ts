import { isEqual, pick } from 'lodash';

import { type Catalog, type Described, type Dimension, type Filter, type Metric, type Order, type ParleyQuery, type Report } from './types';

// What the editor needs to know of a query: what it asks once its report has
// filled it, and which choices have meaning beside those already made. The
// numbers, their definitions and the rules between them stay in the backend.

export const VERSION = 1;

/** The report of all messages, which is a log unless its query says otherwise. */
export const MESSAGE_LOG = 'message_log';

const BUCKETS = ['hour', 'day', 'week', 'month'];

/** A query with nothing left out. */
export interface ResolvedQuery {
  metrics: string[];
  groupBy: string[];
  bucket: string;
  /** The report's own filters, which always hold. */
  reportFilters: Filter[];
  filters: Filter[];
  compare: string;
  format: string;
  columns: string[];
  orderBy: Order[];
  limit?: number;
}

type Changeable = Pick<
  ParleyQuery,
  'metrics' | 'groupBy' | 'bucket' | 'filters' | 'compare' | 'format' | 'columns' | 'orderBy' | 'limit'
>;

/** What belongs to Grafana or to the reader and outlives a change of the report. */
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

/** Fills what the query leaves out, as the backend does. */
export function resolve(query: ParleyQuery, catalog: Catalog): ResolvedQuery {
  const preset = reportOf(query, catalog)?.query ?? {};
  const resolved: ResolvedQuery = {
    metrics: query.metrics ?? preset.metrics ?? [],
    groupBy: query.groupBy ?? preset.groupBy ?? [],
    bucket: query.bucket || preset.bucket || 'none',
    reportFilters: preset.filters ?? [],
    filters: query.filters ?? [],
    compare: query.compare || preset.compare || 'none',
    format: query.format || preset.format || 'table',
    columns: query.columns ?? preset.columns ?? [],
    orderBy: query.orderBy ?? [],
    limit: query.limit || preset.limit,
  };
  if (resolved.format === 'timeseries' && resolved.bucket === 'none' && !timeGroup(resolved, catalog)) {
    resolved.bucket = 'auto';
  }
  if (!query.orderBy) {
    const columns = orderColumns(resolved, reportOf(query, catalog));
    resolved.orderBy = (preset.orderBy ?? []).filter((order) => columns.includes(order.by));
  }
  return resolved;
}

/** The query of another report, or of none, without what was changed in the one before. */
export function selectReport(query: ParleyQuery, report: string | undefined, catalog: Catalog): ParleyQuery {
  const next: ParleyQuery = { ...pick(query, LASTING), refId: query.refId, version: VERSION };
  if (report) {
    return { ...next, report };
  }
  // A query of one's own starts from what was on the screen.
  const { reportFilters, filters, ...shown } = resolve(query, catalog);
  return isDetails(shown)
    ? next
    : withoutDefaults({ ...next, ...shown, filters: [...reportFilters, ...filters] }, catalog);
}

/**
 * Changes a part of the query. What equals the report's own is left out, so that
 * the query follows the report when that grows; what has no meaning any more
 * beside the change goes too.
 */
export function change(query: ParleyQuery, catalog: Catalog, patch: Changeable): ParleyQuery {
  if (query.report && isVariable(query.report)) {
    // Beside a report that a variable chooses, nothing is sure to equal it or to have lost its meaning.
    return { ...query, ...patch, version: VERSION };
  }
  const next = withoutDefaults({ ...query, ...patch, version: VERSION }, catalog);
  return withoutDefaults({ ...next, ...meaningful(next, catalog) }, catalog);
}

function withoutDefaults(query: ParleyQuery, catalog: Catalog): ParleyQuery {
  const report = resolve({ refId: query.refId, report: query.report }, catalog);
  const next = { ...query };
  for (const key of ['metrics', 'groupBy', 'bucket', 'compare', 'format', 'columns', 'limit'] as const) {
    if (next[key] === undefined || isEqual(next[key], report[key])) {
      delete next[key];
    }
  }
  if (!next.filters?.length) {
    delete next.filters;
  }
  if (next.orderBy && isEqual(next.orderBy, resolve({ ...next, orderBy: undefined }, catalog).orderBy)) {
    delete next.orderBy;
  }
  return next;
}

/** The parts of the query that have lost their meaning, mended. */
function meaningful(query: ParleyQuery, catalog: Catalog): Partial<ParleyQuery> {
  const mended: Partial<ParleyQuery> = {};
  let resolved = resolve(query, catalog);

  // What is staged only has a meaning by stage.
  if (chosenMetrics(resolved, catalog).some(isStaged) && !resolved.groupBy.includes(STAGE)) {
    mended.groupBy = [STAGE, ...resolved.groupBy];
    resolved = resolve({ ...query, ...mended }, catalog);
  }

  const groups = groupDimensions(resolved, catalog).map((d) => d.id);
  const groupBy = resolved.groupBy.filter((id) => groups.includes(id) || isVariable(id));
  if (groupBy.length < resolved.groupBy.length) {
    mended.groupBy = groupBy;
  }
  resolved = resolve({ ...query, ...mended }, catalog);

  if (!isVariable(resolved.bucket) && !bucketChoices(resolved, catalog).includes(resolved.bucket)) {
    mended.bucket = 'none';
    if (resolved.format === 'timeseries' && !timeGroup(resolved, catalog)) {
      mended.format = 'table';
    }
  }

  const dimensions = filterDimensions(query, catalog).map((d) => d.id);
  const filters = resolved.filters.filter((f) => dimensions.includes(f.dimension) || isVariable(f.dimension));
  if (filters.length < resolved.filters.length) {
    mended.filters = filters;
  }

  if (resolved.format !== 'table' && !isDetails(resolved) && !isVariable(resolved.format)) {
    const drawn = chosenMetrics(resolved, catalog).every(isNumber);
    if (!drawn || (resolved.format === 'heatmap' && !isTraffic(resolved))) {
      mended.format = 'table';
    }
  }

  const columns = orderColumns(resolve({ ...query, ...mended }, catalog), reportOf(query, catalog));
  const orderBy = query.orderBy?.filter((order) => columns.includes(order.by) || isVariable(order.by));
  if (orderBy && orderBy.length < (query.orderBy?.length ?? 0)) {
    mended.orderBy = orderBy.length > 0 ? orderBy : undefined;
  }
  return mended;
}

export function isVariable(text: string | undefined): boolean {
  return text !== undefined && (text.includes('$') || text.includes('[['));
}

/** Reports of events are marked on charts: they are for annotations, not for panels. */
export function isEvents(report: Report): boolean {
  return report.query.format === 'annotations';
}

export function isDetails(resolved: Pick<ResolvedQuery, 'format'>): boolean {
  return resolved.format === 'details' || resolved.format === 'logs';
}

/** The metrics that the report's own filters and the metrics already chosen leave meaning to. */
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

/** The cut without which the metrics of the funnel have no meaning, and no other metric has one with it. */
const STAGE = 'stage';

function isStaged(metric: Metric): boolean {
  return metric.dimensions.includes(STAGE);
}

/** Tells whether the metric can be drawn and watched. */
export function isNumber(metric: Metric): boolean {
  return metric.unit !== 'text' && metric.unit !== 'time';
}

/** The dimensions that have meaning for every chosen metric. */
function commonDimensions(metrics: string[], catalog: Catalog): Dimension[] {
  const chosen = chosenMetrics({ metrics }, catalog);
  return catalog.dimensions.filter((d) => chosen.every((m) => m.dimensions.includes(d.id)));
}

/** The dimensions that can cut the query: one cut by time at most, whether group or bucket. */
export function groupDimensions(resolved: ResolvedQuery, catalog: Catalog): Dimension[] {
  const cutsByTime = resolved.bucket !== 'none';
  const group = timeGroup(resolved, catalog);
  return commonDimensions(resolved.metrics, catalog).filter(
    (d) => d.kind !== 'time' || (!cutsByTime && (!group || group === d.id))
  );
}

/** The dimensions that can filter the query. */
export function filterDimensions(query: ParleyQuery, catalog: Catalog): Dimension[] {
  const events = reportOf(query, catalog)?.filters;
  if (events) {
    return catalog.dimensions.filter((d) => events.includes(d.id) && d.kind !== 'time' && d.operators.length > 0);
  }
  const resolved = resolve(query, catalog);
  let { metrics } = resolved;
  if (isDetails(resolved)) {
    // Details hold no metrics; those of the same fact share its dimensions.
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
  const buckets = BUCKETS.filter((bucket) => common.includes(bucket));
  if (buckets.length === 0) {
    return ['none'];
  }
  // A time series has to be cut by time.
  const none = resolved.format === 'timeseries' ? [] : ['none'];
  return [...none, ...(buckets.length === BUCKETS.length ? ['auto'] : []), ...buckets];
}

export function formatChoices(query: ParleyQuery, catalog: Catalog): string[] {
  const report = reportOf(query, catalog);
  if (report && isDetails(resolve({ report: report.id, refId: query.refId }, catalog))) {
    // A log shows what was written; conversations are no single text.
    return report.columns?.some((column) => column.id === 'body') ? ['details', 'logs'] : ['details'];
  }
  const resolved = resolve({ ...query, format: 'table' }, catalog);
  if (!chosenMetrics(resolved, catalog).every(isNumber)) {
    return ['table'];
  }
  const overTime = timeGroup(resolved, catalog) || bucketChoices(resolved, catalog).length > 1;
  return ['table', ...(overTime ? ['timeseries'] : []), ...(isTraffic(resolved) ? ['heatmap'] : [])];
}

/** One metric by weekday and hour of day, which a heat map can show. */
function isTraffic({ metrics, groupBy }: ResolvedQuery): boolean {
  return metrics.length === 1 && groupBy.length === 2 && groupBy.includes('weekday') && groupBy.includes('hour_of_day');
}

/** The columns by which the answer can be ordered. */
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
