import { CustomVariableSupport, type DataQueryRequest, type DataQueryResponse, type MetricFindValue } from '@grafana/data';
import { defer, from, map, type Observable, of } from 'rxjs';

import { VariableEditor } from './components/VariableEditor';
import { type DataSource } from './datasource';
import { errorMessage } from './errors';
import { valuesSince } from './time';
import { type Filter, type ParleyVariableQuery } from './types';

/** Maximum number of values in a drop-down. Search finds the others. */
const MAX_VALUES = 1000;

/** Dashboard variables: they show the names of a dimension and contain its ids. */
export class VariableSupport extends CustomVariableSupport<DataSource, ParleyVariableQuery> {
  constructor(private readonly datasource: DataSource) {
    super();
  }

  editor = VariableEditor;

  /** Returns the values or an error. A variable without either would keep loading. */
  query(request: DataQueryRequest<ParleyVariableQuery>): Observable<DataQueryResponse> {
    const query = request.targets.at(0);
    if (!query?.dimension) {
      return of({ data: [] });
    }
    return defer(() => from(this.values(query, request))).pipe(map((data) => ({ data })));
  }

  getDefaultQuery(): Partial<ParleyVariableQuery> {
    return { refId: 'variable', dimension: 'line' };
  }

  private async values(
    query: ParleyVariableQuery,
    request: DataQueryRequest<ParleyVariableQuery>
  ): Promise<MetricFindValue[]> {
    // The text typed into the drop-down, if the search uses it.
    const scopedVars = { __searchFilter: { value: '', text: '' }, ...request.scopedVars };
    const filters: Filter[] = [...(query.filters ?? [])];
    if (query.regex) {
      filters.push({ dimension: query.dimension!, operator: 'matches', values: [query.regex] });
    }
    try {
      return await this.datasource.values({
        dimension: this.datasource.interpolateText(query.dimension!, scopedVars),
        search: this.datasource.interpolateText(query.search ?? '', scopedVars),
        filters: this.datasource.interpolateFilters(filters, scopedVars),
        limit: MAX_VALUES,
        from: valuesSince(request.range),
      });
    } catch (error) {
      throw new Error(errorMessage(error));
    }
  }
}
