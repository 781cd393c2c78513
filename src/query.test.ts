import {
  bucketChoices,
  change,
  columnChoices,
  filterDimensions,
  formatChoices,
  groupDimensions,
  metricChoices,
  orderColumns,
  reportOf,
  resolve,
  selectReport,
} from './query';
import { catalog } from './test/catalog';
import { type Catalog, type ParleyQuery } from './types';

const own = (metrics: string[], rest: Partial<ParleyQuery> = {}): ParleyQuery => ({ refId: 'A', metrics, ...rest });
const report = (id: string, rest: Partial<ParleyQuery> = {}): ParleyQuery => ({ refId: 'A', report: id, ...rest });
const ids = (items: Array<{ id: string }>) => items.map((item) => item.id);
const groups = (query: ParleyQuery) => ids(groupDimensions(resolve(query, catalog), catalog));

describe('the choices', () => {
  it('are the dimensions that every metric has', () => {
    expect(groups(own(['messages_sent']))).toEqual([
      'channel', 'line', 'phone', 'direction', 'hour', 'day', 'week', 'month',
    ]);
    expect(groups(own(['messages_sent', 'csat_score']))).toEqual([
      'channel', 'line', 'phone', 'hour', 'day', 'week', 'month',
    ]);
    expect(groups(own(['messages_sent', 'open_now']))).toEqual(['channel', 'line', 'phone']);
    expect(ids(filterDimensions(own(['csat_score']), catalog))).toEqual(['channel', 'line', 'phone', 'rating']);
  });

  it('cut by time once', () => {
    expect(groups(own(['messages_sent'], { bucket: 'day' }))).not.toContain('week');
    expect(groups(own(['messages_sent'], { groupBy: ['day'] }))).toContain('day');
    expect(groups(own(['messages_sent'], { groupBy: ['day'] }))).not.toContain('week');
    const buckets = (query: ParleyQuery) => bucketChoices(resolve(query, catalog), catalog);
    expect(buckets(own(['messages_sent']))).toEqual(['none', 'auto', '5m', '15m', '30m', 'hour', 'day', 'week', 'month']);
    expect(buckets(own(['messages_sent'], { format: 'timeseries' }))).toEqual(buckets(own(['messages_sent'])));
    expect(buckets(own(['messages_sent'], { groupBy: ['day'] }))).toEqual(['none']);
    expect(buckets(own(['open_now']))).toEqual(['none']);
  });

  it('of formats follow the report', () => {
    expect(formatChoices(own(['messages_sent']), catalog)).toEqual(['table', 'timeseries']);
    expect(formatChoices(own(['open_now']), catalog)).toEqual(['table']);
    expect(formatChoices(report('message_details'), catalog)).toEqual(['details', 'logs']);
  });

  it('of metrics keep the filters of the report meaningful', () => {
    expect(ids(metricChoices(resolve(report('sent_over_time'), catalog), catalog))).toEqual([
      'messages_sent',
      'messages_failed',
    ]);
  });

  it('of details are those of the rows listed', () => {
    const details = report('message_details');
    expect(ids(filterDimensions(details, catalog))).toEqual(['channel', 'line', 'phone', 'direction']);
    expect(ids(columnChoices(details, catalog))).toEqual(['created_at', 'body', 'phone']);
    expect(orderColumns(resolve(details, catalog), reportOf(details, catalog))).toEqual(['created_at']);
  });
});

describe('the metrics of a funnel', () => {
  const staged = { fact: 'message', unit: 'count', dimensions: ['line', 'stage'] };
  const funnel: Catalog = {
    ...catalog,
    metrics: [
      ...catalog.metrics,
      { ...staged, id: 'stage_reached', title: 'Reached' },
      { ...staged, id: 'stage_share', title: 'Share', unit: 'ratio' },
    ],
    dimensions: [...catalog.dimensions, { id: 'stage', title: 'Stage', kind: 'enum', operators: [] }],
  };

  it('stand apart from all others', () => {
    const offered = (metrics: string[]) => ids(metricChoices(resolve(own(metrics), funnel), funnel));
    expect(offered(['stage_reached'])).toEqual(['stage_reached', 'stage_share']);
    expect(offered(['messages_sent'])).not.toContain('stage_reached');
    expect(offered([])).toEqual(expect.arrayContaining(['messages_sent', 'stage_reached']));
  });

  it('are cut by stage, always', () => {
    const query = change(own([], { groupBy: ['line'] }), funnel, { metrics: ['stage_reached'] });
    expect(query.groupBy).toEqual(['stage', 'line']);
    expect(change(query, funnel, { groupBy: ['line'] }).groupBy).toEqual(['stage', 'line']);
    expect(change(query, funnel, { metrics: ['messages_sent'] }).groupBy).toEqual(['line']);
  });
});

describe('what is no number', () => {
  const worded: Catalog = {
    ...catalog,
    metrics: [...catalog.metrics, { ...catalog.metrics[0], id: 'first_sent_at', unit: 'time' }],
  };

  it('cannot be drawn', () => {
    expect(formatChoices(own(['first_sent_at']), worded)).toEqual(['table']);
    expect(formatChoices(own(['messages_sent']), worded)).toContain('timeseries');
    const series = resolve(own(['messages_sent'], { format: 'timeseries' }), worded);
    expect(ids(metricChoices(series, worded))).not.toContain('first_sent_at');
  });

  it('turns a drawing into a table', () => {
    const series = own(['messages_sent'], { format: 'timeseries', bucket: 'day' });
    expect(change(series, worded, { metrics: ['first_sent_at'] })).not.toHaveProperty('format');
  });
});

describe('a change', () => {
  it('beside a report that a variable chooses stays as it is', () => {
    const query = report('$report', { filters: [{ dimension: 'rating', operator: 'in', values: ['5'] }] });
    expect(change(query, catalog, { format: 'table', bucket: 'day' })).toEqual({
      ...query,
      version: 1,
      format: 'table',
      bucket: 'day',
    });
  });

  it('is stored only where it differs from the report', () => {
    const changed = change(report('channels'), catalog, { groupBy: ['line'] });
    expect(changed).toEqual({ refId: 'A', version: 1, report: 'channels', groupBy: ['line'] });
    expect(change(changed, catalog, { groupBy: ['channel', 'line'] })).toEqual({
      refId: 'A',
      version: 1,
      report: 'channels',
    });
    expect(change(report('channels'), catalog, { limit: 1000 })).not.toHaveProperty('limit');
    expect(change(report('channels'), catalog, { limit: 5 })).toHaveProperty('limit', 5);
  });

  it('tells an empty list from a missing one', () => {
    expect(change(report('channels'), catalog, { groupBy: [] })).toHaveProperty('groupBy', []);
    expect(change(own(['messages_sent'], { groupBy: ['line'] }), catalog, { groupBy: [] })).not.toHaveProperty('groupBy');
  });

  it('of the metrics takes away what has lost its meaning', () => {
    const query = own(['messages_sent'], {
      groupBy: ['direction', 'line', '$cut'],
      bucket: 'day',
      filters: [
        { dimension: 'direction', operator: 'in', values: ['inbound'] },
        { dimension: 'line', operator: 'in', values: ['7'] },
      ],
      orderBy: [{ by: 'messages_sent', desc: true }, { by: 'line' }],
    });
    expect(change(query, catalog, { metrics: ['open_now'] })).toEqual({
      refId: 'A',
      version: 1,
      metrics: ['open_now'],
      groupBy: ['line', '$cut'],
      filters: [{ dimension: 'line', operator: 'in', values: ['7'] }],
      orderBy: [{ by: 'line' }],
    });
  });

  it('of the metrics overrides what the report would cut by', () => {
    const changed = change(report('sent_over_time', { groupBy: ['line'] }), catalog, { metrics: ['open_now'] });
    expect(changed).toMatchObject({ bucket: 'none', format: 'table', groupBy: ['line'] });
  });

  it('lets the order of the report go with its column', () => {
    expect(resolve(report('channels', { groupBy: ['line'] }), catalog).orderBy).toEqual([
      { by: 'messages_sent', desc: true },
    ]);
    expect(change(report('channels'), catalog, { groupBy: ['line'] })).not.toHaveProperty('orderBy');
  });
});

describe('an edit', () => {
  const card = own(['messages_sent'], { format: 'timeseries', bucket: 'none', compare: 'previous_period' });
  const line = [{ dimension: 'line', operator: 'in', values: ['7'] }];

  it.each([
    { filters: line },
    { compare: 'none' },
    { metrics: ['messages_sent', 'messages_failed'] },
    { groupBy: ['line'] },
    { orderBy: [{ by: 'messages_sent' }] },
    { limit: 5 },
  ])('of %j keeps the whole range of a card', (patch) => {
    expect(change(card, catalog, patch)).toHaveProperty('bucket', 'none');
  });

  it('can be taken back', () => {
    const alone = change(card, catalog, { compare: 'none' });
    expect(alone).toEqual({ refId: 'A', version: 1, metrics: ['messages_sent'], format: 'timeseries', bucket: 'none' });
    expect(change(alone, catalog, { compare: 'previous_period' })).toEqual({ ...card, version: 1 });
  });

  it('keeps explicit values that equal the default', () => {
    const query = report('channels', { bucket: 'none', format: 'table', compare: 'none', limit: 1000 });
    expect(change(query, catalog, { filters: line })).toEqual({ ...query, version: 1, filters: line });
  });

  it('keeps values that the editor does not know', () => {
    const query = own(['messages_sent', 'new_metric'], {
      groupBy: ['new_group'],
      bucket: '2h',
      filters: [{ dimension: 'new_dimension', operator: 'in', values: ['1'] }],
      orderBy: [{ by: 'new_group' }],
    });
    expect(change(query, catalog, { metrics: ['messages_sent', 'open_now'] })).toEqual({
      ...query,
      version: 1,
      metrics: ['messages_sent', 'open_now'],
    });
  });
});

describe('the interval', () => {
  it('of a time series that becomes a table is none', () => {
    const table = change(report('sent_over_time'), catalog, { format: 'table' });
    expect(table).toEqual({ refId: 'A', version: 1, report: 'sent_over_time', format: 'table', bucket: 'none' });
    expect(change(table, catalog, { format: 'timeseries' })).toEqual({ refId: 'A', version: 1, report: 'sent_over_time' });
    const series = own(['messages_sent'], { format: 'timeseries' });
    expect(resolve(series, catalog).bucket).toBe('auto');
    expect(resolve(change(series, catalog, { format: 'table' }), catalog).bucket).toBe('none');
  });

  it('stays where it was chosen', () => {
    const daily = report('sent_over_time', { bucket: 'day' });
    expect(change(daily, catalog, { format: 'table' })).toEqual({ ...daily, version: 1, format: 'table' });
  });
});

describe('a report without any of its metrics and groups', () => {
  it('becomes a custom query with the same answer', () => {
    expect(change(report('sent_over_time', { limit: 5 }), catalog, { metrics: ['messages_failed'] })).toEqual({
      refId: 'A',
      version: 1,
      metrics: ['messages_failed'],
      format: 'timeseries',
      filters: [{ dimension: 'direction', operator: 'notIn', values: ['inbound'] }],
      limit: 5,
    });
  });

  it('keeps its name while a metric or a group is left, and while one is choosing', () => {
    expect(change(report('channels'), catalog, { metrics: ['csat_score'] }).report).toBe('channels');
    expect(change(report('channels', { groupBy: [] }), catalog, { metrics: ['csat_score'] }).report).toBeUndefined();
    expect(change(report('sent_over_time'), catalog, { metrics: [] }).report).toBe('sent_over_time');
  });
});

describe('another report', () => {
  it('forgets what was changed in the one before', () => {
    const query = report('channels', {
      metrics: ['csat_score'],
      filters: [{ dimension: 'line', operator: 'in', values: ['7'] }],
      limit: 3,
      timezone: 'America/Lima',
      hide: true,
      datasource: { uid: 'parley' },
    });
    expect(selectReport(query, 'sent_over_time', catalog)).toEqual({
      refId: 'A',
      version: 1,
      hide: true,
      datasource: { uid: 'parley' },
      timezone: 'America/Lima',
      report: 'sent_over_time',
    });
  });

  it('can be none, which starts from what was shown', () => {
    expect(selectReport(report('sent_over_time'), undefined, catalog)).toEqual({
      refId: 'A',
      version: 1,
      metrics: ['messages_sent'],
      format: 'timeseries',
      filters: [{ dimension: 'direction', operator: 'notIn', values: ['inbound'] }],
      limit: 1000,
    });
    expect(selectReport(report('message_details'), undefined, catalog)).toEqual({ refId: 'A', version: 1 });
  });
});
