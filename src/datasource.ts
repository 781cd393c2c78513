import {
  type AdHocVariableFilter,
  CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceGetDrilldownsApplicabilityOptions,
  type DataSourceGetTagKeysOptions,
  type DataSourceGetTagValuesOptions,
  type DataSourceInstanceSettings,
  type DataSourceWithLogsContextSupport,
  type DataSourceWithSupplementaryQueriesSupport,
  type DataSourceWithToggleableQueryFiltersSupport,
  type DrilldownsApplicability,
  type LogRowContextOptions,
  LogRowContextQueryDirection,
  type LogRowModel,
  type MetricFindValue,
  type QueryFilterOptions,
  type ScopedVars,
  type SupplementaryQueryOptions,
  SupplementaryQueryType,
  type TestDataSourceResponse,
  type ToggleFilterAction,
} from '@grafana/data';
import { t } from '@grafana/i18n';
import {
  DataSourceWithBackend,
  getTemplateSrv,
  HealthCheckError,
  HealthStatus,
  isExpressionReference,
  type TemplateSrv,
} from '@grafana/runtime';
import { countBy } from 'lodash';
import { defer, from, lastValueFrom, map, type Observable, switchMap } from 'rxjs';

import { annotationSupport } from './annotations';
import { adHocFilter, Interpolator } from './interpolate';
import { hasFilter, toggleFilter } from './filters';
import { catalogLanguage } from './language';
import { contextQuery, contextRange, isLog, levelFilter, volumeQuery } from './logs';
import { filterDimensions, VERSION } from './query';
import { ianaZone, valuesSince } from './time';
import {
  type Catalog,
  type Dimension,
  type Filter,
  NONE,
  type ParleyOptions,
  type ParleyQuery,
  type Value,
  type ValuesRequest,
} from './types';
import { VariableSupport } from './variables';

/** Questions about conversations, answered by the backend. */
export class DataSource
  extends DataSourceWithBackend<ParleyQuery, ParleyOptions>
  implements
    DataSourceWithSupplementaryQueriesSupport<ParleyQuery>,
    DataSourceWithLogsContextSupport<ParleyQuery>,
    DataSourceWithToggleableQueryFiltersSupport<ParleyQuery>
{
  private catalogs = new Map<string, Promise<Catalog>>();
  private texts = new Map<string, Promise<string>>();
  /** The catalogue once it is here, for the places that cannot wait. */
  private loaded?: Catalog;

  constructor(
    settings: DataSourceInstanceSettings<ParleyOptions>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(settings);
    this.variables = new VariableSupport(this);
    this.annotations = annotationSupport;
  }

  /**
   * The first query of a new panel. Alert rules get none here, because Grafana
   * would lay it under every rule that is already stored: the editor starts them.
   */
  getDefaultQuery(app?: CoreApp): Partial<ParleyQuery> {
    return isAlerting(app) ? {} : { version: VERSION, report: 'sessions_over_time' };
  }

  /** A query that asks for nothing is not sent. */
  filterQuery(query: ParleyQuery): boolean {
    return Boolean(query.report || query.metrics?.length);
  }

  getQueryDisplayText(query: ParleyQuery): string {
    const what = [query.report, query.metrics?.join(', ')].filter(Boolean).join(': ');
    return query.groupBy?.length ? `${what} (${query.groupBy.join(', ')})` : what;
  }

  /** Adds what only the browser knows: the dashboard's time zone and the reader's language. */
  query(request: DataQueryRequest<ParleyQuery>): Observable<DataQueryResponse> {
    const targets = request.targets.map((query) =>
      isExpressionReference(query.datasource)
        ? query
        : {
            ...query,
            timezone: query.timezone || ianaZone(request.timezone),
            language: query.language || catalogLanguage(),
          }
    );
    // A filter that has no meaning is an error of the answer, not of the caller.
    const answer = () => {
      const response = super.query({ ...request, targets });
      return request.app === CoreApp.Explore ? response.pipe(map((r) => this.withFilters(r))) : response;
    };
    if (!request.filters?.length && request.app !== CoreApp.Explore) {
      return defer(answer);
    }
    // Only the catalogue can turn the names in an ad hoc filter into ids, and tells
    // what can be filtered by.
    return from(this.catalog().catch(() => undefined)).pipe(switchMap(answer));
  }

  applyTemplateVariables(query: ParleyQuery, scopedVars: ScopedVars, filters?: AdHocVariableFilter[]): ParleyQuery {
    const interpolated = new Interpolator(this.templates, scopedVars).query(query);
    const adHoc = (filters ?? []).map((filter) => adHocFilter(filter, this.loaded));
    return adHoc.length > 0 ? { ...interpolated, filters: [...(interpolated.filters ?? []), ...adHoc] } : interpolated;
  }

  /** The queries as Explore should take them over: with values for variables. */
  interpolateVariablesInQueries(
    queries: ParleyQuery[],
    scopedVars: ScopedVars,
    filters?: AdHocVariableFilter[]
  ): ParleyQuery[] {
    return queries.map((query) => ({
      ...this.applyTemplateVariables(query, scopedVars, filters),
      datasource: this.getRef(),
    }));
  }

  /** Lets people filter by the cells of a table: of Explore's, where the filter goes into the query. */
  private withFilters(response: DataQueryResponse): DataQueryResponse {
    const dimensions = this.loaded?.dimensions ?? [];
    for (const frame of response.data) {
      for (const field of frame.fields) {
        if (dimensions.some((d) => field.name === d.id || field.name === `${d.id}_name`)) {
          field.config = { ...field.config, filterable: true };
        }
      }
    }
    return response;
  }

  getSupportedSupplementaryQueryTypes(): SupplementaryQueryType[] {
    return [SupplementaryQueryType.LogsVolume];
  }

  /** The histogram above a log. */
  getSupplementaryQuery(options: SupplementaryQueryOptions, query: ParleyQuery): ParleyQuery | undefined {
    const wanted = options.type === SupplementaryQueryType.LogsVolume && isLog(query) && !query.hide;
    return wanted ? volumeQuery(query) : undefined;
  }

  getSupplementaryRequest(
    type: SupplementaryQueryType,
    request: DataQueryRequest<ParleyQuery>
  ): DataQueryRequest<ParleyQuery> | undefined {
    const targets = request.targets.flatMap((query) => this.getSupplementaryQuery({ type }, query) ?? []);
    return targets.length > 0 ? { ...request, targets } : undefined;
  }

  /** The lines of a conversation before or after one of them. */
  async getLogRowContext(row: LogRowModel, options?: LogRowContextOptions): Promise<DataQueryResponse> {
    const query = contextQuery(row);
    if (!query) {
      return { data: [] };
    }
    const forward = options?.direction === LogRowContextQueryDirection.Forward;
    const response = await lastValueFrom(
      this.query({
        requestId: `parley-context-${row.uid}-${forward}`,
        app: CoreApp.Explore,
        interval: '1s',
        intervalMs: 1000,
        range: contextRange(row, forward),
        scopedVars: options?.scopedVars ?? {},
        startTime: Date.now(),
        timezone: '',
        targets: [{ ...query, orderBy: [{ by: 'created_at', desc: !forward }], limit: options?.limit }],
      })
    );
    if (response.errors?.length) {
      throw new Error(response.errors[0].message);
    }
    return response;
  }

  async getLogRowContextQuery(row: LogRowModel): Promise<ParleyQuery | null> {
    const query = contextQuery(row);
    return query ? { ...query, datasource: this.getRef() } : null;
  }

  /** Filters the query by a field of a line or a cell of a table, or takes that filter back. */
  toggleQueryFilter(query: ParleyQuery, { type, options }: ToggleFilterAction): ParleyQuery {
    const filter = this.filterOf(query, options, type === 'FILTER_OUT' ? '!=' : '=');
    return filter ? { ...query, filters: toggleFilter(query.filters ?? [], filter) } : query;
  }

  queryHasFilter(query: ParleyQuery, options: QueryFilterOptions): boolean {
    const filter = this.filterOf(query, options, '=');
    return Boolean(filter && hasFilter(query.filters ?? [], filter));
  }

  /** The filter for a value that is on the screen, where the query can have one. */
  private filterOf(query: ParleyQuery, { key, value }: QueryFilterOptions, operator: string): Filter | undefined {
    const catalog = this.loaded;
    if (key === 'severity') {
      return levelFilter(value, operator === '!=');
    }
    const filter = adHocFilter({ key, operator, value: value || NONE }, catalog);
    const known = catalog && filterDimensions(query, catalog).some((d) => d.id === filter.dimension);
    return known ? filter : undefined;
  }

  /** Alert rules know no variables, and warn where a query holds one. */
  targetContainsTemplate(query: ParleyQuery): boolean {
    const { datasource, ...own } = query;
    return this.templates.containsTemplate(JSON.stringify(own));
  }

  /** Tells what the examination of the database found even where all is well, which Grafana's own test keeps to itself. */
  async testDatasource(): Promise<TestDataSourceResponse> {
    const { status, message, details } = await this.callHealthCheck();
    if (status === HealthStatus.OK) {
      return { status: 'success', message, details };
    }
    return Promise.reject({ status: 'error', message, error: new HealthCheckError(message, details) });
  }

  /** What can be asked, in the reader's language. Read once. */
  catalog(): Promise<Catalog> {
    const language = catalogLanguage();
    let catalog = this.catalogs.get(language);
    if (!catalog) {
      catalog = this.getResource<Catalog>('catalog', { language }, { showErrorAlert: false });
      this.catalogs.set(language, catalog);
      catalog.then(
        (loaded) => (this.loaded = loaded),
        // The next one who asks tries again.
        () => this.catalogs.delete(language)
      );
    }
    return catalog;
  }

  /** The values of a dimension that the database holds. */
  async values(request: ValuesRequest): Promise<Value[]> {
    const response = await this.postResource<{ values: Value[] | null }>(
      'values',
      { limit: 100, ...request, language: catalogLanguage() },
      { showErrorAlert: false }
    );
    const values = distinguish(response.values ?? []);
    for (const { value, text } of values) {
      this.texts.set(`${request.dimension} ${value}`, Promise.resolve(text));
    }
    return values;
  }

  /** What people read for a value of which a query holds nothing but the id. */
  text(dimension: string, id: string): Promise<string> {
    const key = `${dimension} ${id}`;
    let text = this.texts.get(key);
    if (!text) {
      text = this.values({ dimension, search: id }).then(
        (found) => found.find(({ value }) => value === id)?.text ?? id,
        // The id has to do; the next one who asks tries again.
        () => {
          this.texts.delete(key);
          return id;
        }
      );
      this.texts.set(key, text);
    }
    return text;
  }

  async getTagKeys(options?: DataSourceGetTagKeysOptions<ParleyQuery>): Promise<MetricFindValue[]> {
    const dimensions = this.adHocDimensions(await this.catalog(), options?.queries);
    return dimensions.map((dimension) => ({ text: dimension.title, value: dimension.id }));
  }

  async getTagValues(options: DataSourceGetTagValuesOptions<ParleyQuery>): Promise<MetricFindValue[]> {
    const catalog = await this.catalog();
    const dimension = catalog.dimensions.find((d) => d.id === options.key);
    if (dimension?.values?.length) {
      return dimension.values;
    }
    const filters = options.filters.filter((f) => f.key !== options.key).map((f) => adHocFilter(f, catalog));
    return this.values({ dimension: options.key, filters, from: valuesSince(options.timeRange) });
  }

  /** Tells which ad hoc filters have a meaning for the dashboard's queries. */
  async getDrilldownsApplicability(
    options?: DataSourceGetDrilldownsApplicabilityOptions<ParleyQuery>
  ): Promise<DrilldownsApplicability[]> {
    const catalog = await this.catalog();
    const applicable = this.adHocDimensions(catalog, options?.queries).map((d) => d.id);
    return (options?.filters ?? []).map((filter) => {
      const { dimension } = adHocFilter({ ...filter, operator: '=' }, catalog);
      const answer = { key: filter.key, origin: filter.origin };
      return applicable.includes(dimension)
        ? { ...answer, applicable: true }
        : {
            ...answer,
            applicable: false,
            reason: t('adHoc.notApplicable', 'Not every query here can be filtered by {{dimension}}', { dimension }),
          };
    });
  }

  /** The dimensions that can filter every one of the queries. */
  private adHocDimensions(catalog: Catalog, queries?: ParleyQuery[]): Dimension[] {
    const own = (queries ?? []).filter((query) => this.filterQuery(query));
    return own.reduce(
      (dimensions, query) => {
        const allowed = filterDimensions(query, catalog);
        return dimensions.filter((dimension) => allowed.includes(dimension));
      },
      filterDimensions({ refId: '' }, catalog)
    );
  }

  /** Filters with their variables replaced, for a question about values. */
  interpolateFilters(filters: Filter[], scopedVars: ScopedVars): Filter[] {
    return new Interpolator(this.templates, scopedVars).filters(filters);
  }

  /** A text with its variables replaced. */
  interpolateText(text: string, scopedVars: ScopedVars): string {
    return new Interpolator(this.templates, scopedVars).text(text);
  }

  /** The dashboard's variables that can stand in a query, as they are written. */
  variableNames(): string[] {
    return this.templates
      .getVariables()
      .filter((variable) => !['adhoc', 'datasource', 'groupby', 'system'].includes(variable.type))
      .map((variable) => `$${variable.name}`);
  }
}

/** Two agents of one name are two values: their ids tell them apart. */
function distinguish(values: Value[]): Value[] {
  const counts = countBy(values, 'text');
  return values.map(({ value, text }) => ({ value, text: counts[text] > 1 ? `${text} (${value})` : text }));
}

export function isAlerting(app: CoreApp | undefined): boolean {
  return app === CoreApp.UnifiedAlerting || app === CoreApp.CloudAlerting;
}
