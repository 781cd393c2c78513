import { type DataSourceJsonData } from '@grafana/data';
import { type DataQuery } from '@grafana/schema';

/** A query, as `pkg/query` reads it. The report fills in missing keys. */
export interface ParleyQuery extends DataQuery {
  version?: number;
  report?: string;
  metrics?: string[];
  groupBy?: string[];
  bucket?: string;
  /** Combined with the report's own filters. */
  filters?: Filter[];
  compare?: string;
  timezone?: string;
  language?: string;
  format?: string;
  columns?: string[];
  orderBy?: Order[];
  limit?: number;
  after?: string;
}

export interface Filter {
  dimension: string;
  operator: string;
  values: string[];
}

export interface Order {
  by: string;
  desc?: boolean;
}

/** The value for "no value" in filters and results. */
export const NONE = '(none)';

/** The fields with the start and the end of each interval of a time series. Data links use them. */
export const INTERVAL_START = 'interval_start';
export const INTERVAL_END = 'interval_end';

/** The catalogue in one language: metrics, dimensions and reports with their texts. */
export interface Catalog {
  metrics: Metric[];
  dimensions: Dimension[];
  reports: Report[];
  facts: Described[];
}

export interface Described {
  id: string;
  title: string;
  description?: string;
  /** A description that fits a list of choices. */
  summary?: string;
}

export interface Metric extends Described {
  unit: string;
  fact: string;
  /** The dimensions that can group or filter it. */
  dimensions: string[];
}

export interface Dimension extends Described {
  /** text, entity, enum, number or time */
  kind: string;
  multi?: boolean;
  operators: string[];
  /** The display text of a missing value. */
  none?: string;
  /** The values of an enum. Empty if the values come from the database. */
  values?: Value[];
}

export interface Report extends Described {
  query: Preset;
  /** The columns of details reports of a fact. */
  fact?: string;
  /** The columns that a details report can show. */
  columns?: Described[];
  /** The columns that a details report can be sorted by. */
  sortable?: string[];
  /** The dimensions that can filter a report of events. */
  filters?: string[];
}

export type Preset = Omit<ParleyQuery, keyof DataQuery>;

/** A value of a dimension and its display text. */
export interface Value {
  value: string;
  text: string;
}

/** A request for the values of a dimension. */
export interface ValuesRequest {
  dimension: string;
  search?: string;
  /** Only values that occur together with these filters. */
  filters?: Filter[];
  limit?: number;
  /** Start of the period in which values occur, if it is more than 90 days ago. */
  from?: string;
}

/** The query of a dashboard variable: the values of a dimension. */
export interface ParleyVariableQuery extends DataQuery {
  /** Shown as the definition in Grafana's list of variables. */
  query?: string;
  dimension?: string;
  /** A text that values must contain. */
  search?: string;
  /** A regular expression that values must match. */
  regex?: string;
  filters?: Filter[];
}

export interface ParleyOptions extends DataSourceJsonData {
  kind?: string;
  host?: string;
  port?: number;
  database?: string;
  user?: string;
  tlsMode?: string;
  schema?: string;
  account?: string;
  table?: string;
  receivedAtColumn?: string;
  payloadColumn?: string;
  timezone?: string;
  chatUrl?: string;
  rowLimit?: number;
  timeoutSeconds?: number;
  maxConnections?: number;
  execMode?: string;
  refreshSeconds?: number;
  memoryMB?: number;
  enableSecureSocksProxy?: boolean;
}

export interface ParleySecrets {
  password?: string;
  tlsCACert?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
}
