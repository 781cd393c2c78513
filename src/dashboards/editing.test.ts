import { change, resolve } from '../query';
import { type Catalog, type ParleyQuery } from '../types';
import { catalogTexts } from './catalog';
import { dashboards } from '.';

const { metrics, dimensions } = catalogTexts('en');
const TIMES = ['5m', '15m', '30m', 'hour', 'day', 'week', 'month'];

/** A catalogue in which every metric has every dimension, so that nothing but the edit changes a query. */
const catalog: Catalog = {
  metrics: Object.entries(metrics).map(([id, { title }]) => ({
    id,
    title,
    unit: 'count',
    fact: 'message',
    dimensions: Object.keys(dimensions).filter((dimension) => dimension !== 'stage' || isStaged(id)),
  })),
  dimensions: Object.entries(dimensions).map(([id, { title }]) => ({
    id,
    title,
    kind: TIMES.includes(id) ? 'time' : 'text',
    operators: ['in', 'notIn', 'contains'],
  })),
  reports: [],
  facts: [],
};

function isStaged(metric: string): boolean {
  return metric.startsWith('stage_');
}

const queries = [...dashboards()]
  .filter(([file]) => file.startsWith('en/') && !file.includes('public'))
  .flatMap(([file, text]) =>
    JSON.parse(text).panels.flatMap(({ title, targets = [] }: { title: string; targets?: ParleyQuery[] }) =>
      targets.filter(({ metrics }) => metrics).map((query): [string, ParleyQuery] => [`${file}: ${title}`, query])
    )
  );

it.each(queries)('%s survives an edit that is taken back', (_, query) => {
  for (const compare of ['none', 'previous_period', 'previous_year']) {
    const edited = change(query, catalog, { compare });
    expect(resolve(edited, catalog)).toEqual({ ...resolve(query, catalog), compare });
    const back = change(edited, catalog, { compare: query.compare ?? 'none' });
    expect(resolve(back, catalog)).toEqual(resolve(query, catalog));
  }
});
