import { type DataSourceJsonData } from '@grafana/data';
import { type DataQuery } from '@grafana/schema';

/** A question to the backend, as `pkg/query` reads it. The report fills whatever the rest leaves out. */
export interface ParleyQuery extends DataQuery {
  version?: number;
  report?: string;
  metrics?: string[];
  groupBy?: string[];
  bucket?: string;
  /** They hold beside the report's own filters. */
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

/** The value that stands for "no value" in filters and on screens. */
export const NONE = '(none)';

/** The semantic layer in one language: what can be asked, and what it is called. */
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
  /** The dimensions that can cut or filter it. */
  dimensions: string[];
}

export interface Dimension extends Described {
  /** text, entity, enum, number or time */
  kind: string;
  multi?: boolean;
  operators: string[];
  /** What people read where there is no value. */
  none?: string;
  /** The fixed values of an enum; empty where the database holds them. */
  values?: Value[];
}

export interface Report extends Described {
  query: Preset;
  /** What a details report lists. */
  fact?: string;
  /** The columns that a details report can show. */
  columns?: Described[];
  /** The columns by which a details report can be ordered. */
  sortable?: string[];
  /** The dimensions that can filter a report of events. */
  filters?: string[];
}

export type Preset = Omit<ParleyQuery, keyof DataQuery>;

/** One value of a dimension: what a query holds, and what people read. */
export interface Value {
  value: string;
  text: string;
}

/** Asks for the values of a dimension that contain the search text. */
export interface ValuesRequest {
  dimension: string;
  search?: string;
  /** They narrow the values to what occurs with them. */
  filters?: Filter[];
  limit?: number;
  /** Since when the values occur, where the last 90 days are not enough. */
  from?: string;
}

/** What a dashboard variable asks: the values of a dimension. */
export interface ParleyVariableQuery extends DataQuery {
  /** What Grafana's list of variables shows as the definition. */
  query?: string;
  dimension?: string;
  /** Text that the values contain. */
  search?: string;
  /** Regular expression that the values match. */
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
  enableSecureSocksProxy?: boolean;
}

export interface ParleySecrets {
  password?: string;
  tlsCACert?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
}
