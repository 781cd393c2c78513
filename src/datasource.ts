import {
  type AdHocVariableFilter,
  CoreApp,
  type DataFrame,
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
  type TypedVariableModel,
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
import { countBy, uniq } from 'lodash';
import { defer, from, lastValueFrom, map, type Observable, switchMap, tap } from 'rxjs';

import { annotationSupport } from './annotations';
import { hideChange } from './hideChange';
import { adHocFilter, Interpolator, isSupported } from './interpolate';
import { hasFilter, toggleFilter } from './filters';
import { addIntervals } from './intervals';
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

/** The data source: queries, values and the catalogue all come from the backend. */
export class DataSource
  extends DataSourceWithBackend<ParleyQuery, ParleyOptions>
  implements
    DataSourceWithSupplementaryQueriesSupport<ParleyQuery>,
    DataSourceWithLogsContextSupport<ParleyQuery>,
    DataSourceWithToggleableQueryFiltersSupport<ParleyQuery>
{
  private catalogs = new Map<string, Promise<Catalog>>();
  private texts = new Map<string, Promise<string>>();
  /** The catalogue once it is loaded, for synchronous calls. */
  private loaded?: Catalog;
  private loadedIn = new Map<string, Catalog>();

  constructor(
    settings: DataSourceInstanceSettings<ParleyOptions>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(settings);
    this.variables = new VariableSupport(this);
    this.annotations = annotationSupport;
  }

  /**
   * The query of a new panel. Alert rules get none here, because Grafana would merge it
   * into every stored rule. The editor fills in new rules.
   */
  getDefaultQuery(app?: CoreApp): Partial<ParleyQuery> {
    return isAlerting(app) ? {} : { version: VERSION, report: 'sessions_over_time' };
  }

  /** Whether to run the query. Without a report and metrics there is nothing to ask yet. */
  filterQuery(query: ParleyQuery): boolean {
    return query.metrics ? query.metrics.length > 0 : Boolean(query.report);
  }

  getQueryDisplayText(query: ParleyQuery): string {
    const what = [query.report, query.metrics?.join(', ')].filter(Boolean).join(': ');
    return query.groupBy?.length ? `${what} (${query.groupBy.join(', ')})` : what;
  }

  /** Adds the dashboard's time zone and the user's language, which only the browser knows. */
  withZoneAndLanguage(query: ParleyQuery, zone: string | undefined): ParleyQuery {
    return { ...query, timezone: query.timezone || ianaZone(zone), language: query.language || catalogLanguage() };
  }

  query(request: DataQueryRequest<ParleyQuery>): Observable<DataQueryResponse> {
    const targets = request.targets.map((query) =>
      isExpressionReference(query.datasource) ? query : this.withZoneAndLanguage(query, request.timezone)
    );
    // An invalid filter is an error of the response, so it must not throw here.
    const answer = () => {
      const response = super.query({ ...request, targets }).pipe(tap(({ data }) => forPanel(data, request)));
      return request.app === CoreApp.Explore ? response.pipe(map((r) => this.withFilters(r))) : response;
    };
    if (!request.filters?.length && request.app !== CoreApp.Explore) {
      return defer(answer);
    }
    // The catalogue turns the names in an ad hoc filter into ids and lists the
    // dimensions that can be filtered.
    const languages = targets.map((query) => ('language' in query ? query.language : undefined));
    const catalogs = uniq(languages).map((language) => this.catalog(language).catch(() => undefined));
    return from(Promise.all([this.catalog().catch(() => undefined), ...catalogs])).pipe(switchMap(answer));
  }

  applyTemplateVariables(query: ParleyQuery, scopedVars: ScopedVars, filters?: AdHocVariableFilter[]): ParleyQuery {
    const interpolated = new Interpolator(this.templates, scopedVars).query(query);
    // Texts from a panel are in the panel's language, which may not be the user's.
    const catalog = this.loadedIn.get(query.language ?? '') ?? this.loaded;
    const adHoc = (filters ?? []).map((filter) => adHocFilter(filter, catalog));
    return adHoc.length > 0 ? { ...interpolated, filters: [...(interpolated.filters ?? []), ...adHoc] } : interpolated;
  }

  /** The queries for Explore, with variables replaced by their values. */
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

  /** Makes the cells of Explore's table filterable. There the filter is added to the query. */
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

  /** Adds or removes the filter for a field of a log line or a cell of a table. */
  toggleQueryFilter(query: ParleyQuery, { type, options }: ToggleFilterAction): ParleyQuery {
    const filter = this.filterOf(query, options, type === 'FILTER_OUT' ? '!=' : '=');
    return filter ? { ...query, filters: toggleFilter(query.filters ?? [], filter) } : query;
  }

  queryHasFilter(query: ParleyQuery, options: QueryFilterOptions): boolean {
    const filter = this.filterOf(query, options, '=');
    return Boolean(filter && hasFilter(query.filters ?? [], filter));
  }

  /** The filter for a displayed value, or undefined if the query cannot have it. */
  private filterOf(query: ParleyQuery, { key, value }: QueryFilterOptions, operator: string): Filter | undefined {
    const catalog = this.loaded;
    if (key === 'severity') {
      return levelFilter(value, operator === '!=');
    }
    const filter = adHocFilter({ key, operator, value: value || NONE }, catalog);
    const known = catalog && filterDimensions(query, catalog).some((d) => d.id === filter.dimension);
    return known ? filter : undefined;
  }

  /** Alert rules cannot have variables. Grafana warns if this is true. */
  targetContainsTemplate(query: ParleyQuery): boolean {
    const { datasource, ...own } = query;
    return this.templates.containsTemplate(JSON.stringify(own));
  }

  /** Tests the connection. Unlike the base class, returns the details of a success too. */
  async testDatasource(): Promise<TestDataSourceResponse> {
    const { status, message, details } = await this.callHealthCheck();
    if (status === HealthStatus.OK) {
      return { status: 'success', message, details };
    }
    return Promise.reject({ status: 'error', message, error: new HealthCheckError(message, details) });
  }

  /** The catalogue in a language, by default the user's. Loaded once. */
  catalog(language = catalogLanguage()): Promise<Catalog> {
    let catalog = this.catalogs.get(language);
    if (!catalog) {
      catalog = this.getResource<Catalog>('catalog', { language }, { showErrorAlert: false });
      this.catalogs.set(language, catalog);
      catalog.then(
        (loaded) => {
          this.loadedIn.set(language, loaded);
          if (language === catalogLanguage()) {
            this.loaded = loaded;
          }
        },
        // Retry on the next call.
        () => this.catalogs.delete(language)
      );
    }
    return catalog;
  }

  /** The values of a dimension in the database. */
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

  /** The name of a value, by its id. */
  text(dimension: string, id: string): Promise<string> {
    const key = `${dimension} ${id}`;
    let text = this.texts.get(key);
    if (!text) {
      text = this.values({ dimension, search: id }).then(
        (found) => found.find(({ value }) => value === id)?.text ?? id,
        // Show the id, and retry on the next call.
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
    // The other filters can be those of other data sources on the dashboard.
    const filters = options.filters
      .filter((f) => f.key !== options.key && isSupported(f))
      .map((f) => adHocFilter(f, catalog))
      .filter((f) => catalog.dimensions.some((d) => d.id === f.dimension));
    return dimension ? this.values({ dimension: options.key, filters, from: valuesSince(options.timeRange) }) : [];
  }

  /** Returns which ad hoc filters apply to the dashboard's queries. */
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

  /** The dimensions that can filter all of the queries. */
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

  /** Replaces the variables in filters. */
  interpolateFilters(filters: Filter[], scopedVars: ScopedVars): Filter[] {
    return new Interpolator(this.templates, scopedVars).filters(filters);
  }

  /** Replaces the variables in a text. */
  interpolateText(text: string, scopedVars: ScopedVars): string {
    return new Interpolator(this.templates, scopedVars).text(text);
  }

  /** The dashboard's variables that can be filter values, such as $line. */
  variableNames(): string[] {
    return this.queryVariables().map(({ name }) => `$${name}`);
  }

  /** The variable at a position in the dashboard's list. */
  variableNameAt(index: number): string | undefined {
    const variable = this.templates.getVariables().at(index);
    return Number.isInteger(index) && variable ? `$${variable.name}` : undefined;
  }

  /** The variables that can replace a metric, a dimension or another choice. Those with values of a dimension cannot. */
  choiceVariableNames(): string[] {
    return this.queryVariables()
      .filter((variable) => !(variable.type === 'query' && variable.query?.dimension))
      .map(({ name }) => `$${name}`);
  }

  private queryVariables(): TypedVariableModel[] {
    return this.templates
      .getVariables()
      .filter((variable) => !['adhoc', 'datasource', 'groupby', 'system'].includes(variable.type));
  }
}

/** Prepares frames for what the visualization of their panel does with them. */
function forPanel(frames: DataFrame[], request: DataQueryRequest<ParleyQuery>) {
  for (const frame of frames) {
    addIntervals(frame, request);
    hideChange(frame, request);
  }
}

/** Adds the id to names that occur twice, such as two agents with the same name. */
function distinguish(values: Value[]): Value[] {
  const counts = countBy(values, 'text');
  return values.map(({ value, text }) => ({ value, text: counts[text] > 1 ? `${text} (${value})` : text }));
}

export function isAlerting(app: CoreApp | undefined): boolean {
  return app === CoreApp.UnifiedAlerting || app === CoreApp.CloudAlerting;
}
