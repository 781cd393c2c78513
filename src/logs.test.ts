import {
  CoreApp,
  createDataFrame,
  type DataQueryRequest,
  dateTime,
  LogRowContextQueryDirection,
  type LogRowModel,
  SupplementaryQueryType,
} from '@grafana/data';
import { firstValueFrom } from 'rxjs';

import { answerByDefault, fakeDataSource } from './test/backend';
import { type ParleyQuery } from './types';

const at = Date.parse('2026-11-02T12:00:00.250Z');
const LogsVolume = { type: SupplementaryQueryType.LogsVolume as const };

/** A line of a log as Grafana holds it. */
function line(hidden: Record<string, string | null>): LogRowModel {
  const fields = Object.entries(hidden).map(([name, value]) => ({ name, values: ['another row', value] }));
  return { dataFrame: createDataFrame({ refId: 'A', fields }), rowIndex: 1, timeEpochMs: at, uid: 'A_m1' } as LogRowModel;
}

function request(targets: ParleyQuery[]): DataQueryRequest<ParleyQuery> {
  const [from, to] = [dateTime(at), dateTime(at).add(1, 'hour')];
  return {
    requestId: 'Q1',
    app: CoreApp.Explore,
    interval: '1m',
    intervalMs: 60000,
    range: { from, to, raw: { from, to } },
    scopedVars: {},
    startTime: 0,
    targets,
    timezone: 'utc',
  };
}

describe('the histogram of a log', () => {
  const { datasource } = fakeDataSource();

  it('counts what the log lists', () => {
    const filters = [{ dimension: 'line', operator: 'in', values: ['7'] }];
    const log = { refId: 'A', version: 1, report: 'message_details', format: 'logs', filters };
    const shown = { columns: ['phone'], orderBy: [{ by: 'created_at' }], limit: 10, after: 'x' };
    expect(datasource.getSupplementaryQuery(LogsVolume, { ...log, ...shown })).toEqual({
      ...log,
      refId: 'log-volume-A',
      format: 'logs_volume',
    });
  });

  it('is there for logs alone', () => {
    expect(datasource.getSupportedSupplementaryQueryTypes()).toEqual([SupplementaryQueryType.LogsVolume]);
    const targets = [
      { refId: 'A', report: 'channels' },
      { refId: 'B', report: 'message_log' },
      { refId: 'C', report: 'message_log', format: 'details' },
      { refId: 'D', report: 'message_details', format: 'logs' },
      { refId: 'E', report: 'message_log', hide: true },
    ];
    const volume = datasource.getSupplementaryRequest(LogsVolume.type, request(targets));
    expect(volume?.targets.map(({ refId }) => refId)).toEqual(['log-volume-B', 'log-volume-D']);
    expect(datasource.getSupplementaryRequest(LogsVolume.type, request(targets.slice(0, 1)))).toBeUndefined();
    expect(datasource.getSupplementaryRequest(SupplementaryQueryType.LogsSample, request(targets))).toBeUndefined();
  });
});

describe('the lines around one', () => {
  const asked = async (row: LogRowModel, direction?: LogRowContextQueryDirection) => {
    const { datasource, requests } = fakeDataSource();
    await datasource.getLogRowContext(row, { direction, limit: 50 });
    return requests.find(({ url }) => url.includes('/api/ds/query'))?.data;
  };

  it('are those of its conversation', async () => {
    const row = line({ conversation_id: '77', contact: '42', line: '7' });
    const before = await asked(row, LogRowContextQueryDirection.Backward);
    expect(before.queries).toMatchObject([
      {
        refId: 'A',
        report: 'message_log',
        filters: [{ dimension: 'conversation_id', operator: 'in', values: ['77'] }],
        orderBy: [{ by: 'created_at', desc: true }],
        limit: 50,
      },
    ]);
    expect([before.from, before.to]).toEqual([String(at - 90 * 24 * 3600 * 1000), String(at)]);
    const after = await asked(row, LogRowContextQueryDirection.Forward);
    expect(after.queries).toMatchObject([{ orderBy: [{ by: 'created_at', desc: false }] }]);
    expect(after.from).toBe(String(at));
  });

  it('are those with its contact where there is no conversation', async () => {
    const of = async (hidden: Record<string, string | null>) => (await asked(line(hidden))).queries[0].filters;
    expect(await of({ conversation_id: null, contact: '42', line: '7' })).toEqual([
      { dimension: 'contact', operator: 'in', values: ['42'] },
      { dimension: 'line', operator: 'in', values: ['7'] },
    ]);
    expect(await of({ contact: '42', line: null })).toEqual([
      { dimension: 'contact', operator: 'in', values: ['42'] },
      { dimension: 'line', operator: 'in', values: ['(none)'] },
    ]);
  });

  it('are none where nobody knows with whom it is', async () => {
    const { datasource, requests } = fakeDataSource();
    expect(await datasource.getLogRowContext(line({ line: '7' }))).toEqual({ data: [] });
    expect(await datasource.getLogRowContextQuery(line({ line: '7' }))).toBeNull();
    expect(requests).toEqual([]);
  });

  it('open in a view of their own', async () => {
    const { datasource } = fakeDataSource();
    expect(await datasource.getLogRowContextQuery(line({ conversation_id: '77' }))).toEqual({
      refId: 'A',
      version: 1,
      report: 'message_log',
      filters: [{ dimension: 'conversation_id', operator: 'in', values: ['77'] }],
      datasource: datasource.getRef(),
    });
  });

  it('say what went wrong', async () => {
    const { datasource } = fakeDataSource((r) =>
      r.url.includes('/api/ds/query')
        ? { results: { A: { error: 'the database is away', status: 502, frames: [] } } }
        : answerByDefault(r)
    );
    await expect(datasource.getLogRowContext(line({ contact: '42' }))).rejects.toThrow('the database is away');
  });
});

describe('a filter for what is on the screen', () => {
  const query = { refId: 'A', report: 'message_log' };
  const toggled = async (key: string, value: string, type: 'FILTER_FOR' | 'FILTER_OUT' = 'FILTER_FOR', from: ParleyQuery = query) => {
    const { datasource } = fakeDataSource();
    await datasource.catalog();
    return datasource.toggleQueryFilter(from, { type, options: { key, value } }).filters;
  };

  it('is one of the query', async () => {
    expect(await toggled('line', '7')).toEqual([{ dimension: 'line', operator: 'in', values: ['7'] }]);
    expect(await toggled('line', '7', 'FILTER_OUT')).toEqual([{ dimension: 'line', operator: 'notIn', values: ['7'] }]);
    expect(await toggled('line_name', 'A+')).toEqual([{ dimension: 'line', operator: 'matches', values: ['^A\\+$'] }]);
    expect(await toggled('line', '')).toEqual([{ dimension: 'line', operator: 'in', values: ['(none)'] }]);
  });

  it('is taken back by the second click', async () => {
    const filters = [{ dimension: 'line', operator: 'in', values: ['7'] }];
    expect(await toggled('line', '7', 'FILTER_FOR', { ...query, filters })).toEqual([]);
  });

  it('for a level is one for the status', async () => {
    const { datasource } = fakeDataSource();
    const status = (value: string, type: 'FILTER_FOR' | 'FILTER_OUT') =>
      datasource.toggleQueryFilter(query, { type, options: { key: 'severity', value } }).filters?.[0];
    expect(status('error', 'FILTER_FOR')).toEqual({ dimension: 'status', operator: 'in', values: ['failed'] });
    expect(status('warning', 'FILTER_OUT')).toEqual({ dimension: 'status', operator: 'notIn', values: ['pending'] });
    expect(status('info', 'FILTER_FOR')).toEqual({ dimension: 'status', operator: 'notIn', values: ['failed', 'pending'] });
    expect(status('info', 'FILTER_OUT')).toEqual({ dimension: 'status', operator: 'in', values: ['failed', 'pending'] });
  });

  it('that has no meaning leaves the query alone', async () => {
    expect(await toggled('messages_sent', '7')).toBeUndefined();
    expect(await toggled('rating', '5')).toBeUndefined();
  });

  it('is known to be there', async () => {
    const { datasource } = fakeDataSource();
    await datasource.catalog();
    const filtered = { ...query, filters: [{ dimension: 'line', operator: 'in', values: ['7', '8'] }] };
    expect(datasource.queryHasFilter(filtered, { key: 'line', value: '8' })).toBe(true);
    expect(datasource.queryHasFilter(filtered, { key: 'line', value: '9' })).toBe(false);
    expect(datasource.queryHasFilter(query, { key: 'line', value: '8' })).toBe(false);
  });
});

it('lets Explore filter by the cells of a table', async () => {
  const schema = { fields: ['line_name', 'channel', 'messages_sent'].map((name) => ({ name, type: 'string' })) };
  const answer = { results: { A: { frames: [{ schema, data: { values: [['Sales'], ['sms'], ['1']] } }] } } };
  const { datasource } = fakeDataSource((r) => (r.url.includes('/api/ds/query') ? answer : answerByDefault(r)));
  const filterable = async (app: CoreApp) => {
    const response = await firstValueFrom(datasource.query({ ...request([{ refId: 'A', report: 'channels' }]), app }));
    return response.data[0].fields.map((field: { config: { filterable?: boolean } }) => field.config.filterable);
  };
  expect(await filterable(CoreApp.Explore)).toEqual([true, true, undefined]);
  expect(await filterable(CoreApp.Dashboard)).toEqual([undefined, undefined, undefined]);
});
