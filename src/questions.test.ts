import { resolve } from './query';
import questions from './test/questions.json';
import { type Catalog, type ParleyQuery } from './types';

// The backend writes the file: what a query leaves out means the same to both.
const catalog = questions as unknown as Catalog;
const MOST_ROWS = 100_000;
const ROWS = 1000;

describe('what a query leaves out means the same to the editor and the backend', () => {
  it.each(questions.questions.map(({ query, resolved }) => [JSON.stringify(query), query, resolved] as const))(
    '%s',
    (_, query, resolved) => {
      const { reportFilters, ...own } = resolve({ refId: 'A', ...query } as ParleyQuery, catalog);
      const isSeries = own.bucket !== 'none' || own.groupBy.some((id) => ['hour', 'day', 'week', 'month'].includes(id));
      expect({
        ...own,
        filters: [...reportFilters, ...own.filters],
        limit: own.limit ?? (isSeries ? MOST_ROWS : ROWS),
      }).toEqual({
        metrics: [],
        groupBy: [],
        filters: [],
        columns: [],
        orderBy: [],
        ...Object.fromEntries(Object.entries(resolved).filter(([key]) => !['version', 'report', 'language'].includes(key))),
      });
    }
  );
});
