import { CoreApp, type DataQueryRequest, dateTime, type TimeRange } from '@grafana/data';
import { firstValueFrom } from 'rxjs';

import { followGrafana } from './language';
import { answerByDefault, fakeDataSource, refusal } from './test/backend';
import { templates } from './test/templates';
import { type ParleyQuery } from './types';

const to = dateTime('2026-11-02T12:00:00Z');
const from = dateTime('2026-11-01T12:00:00Z');
const range: TimeRange = { from, to, raw: { from, to } };

function request(rest: Partial<DataQueryRequest<ParleyQuery>>): DataQueryRequest<ParleyQuery> {
  return {
    requestId: 'Q1',
    app: CoreApp.Dashboard,
    interval: '1m',
    intervalMs: 60000,
    range,
    scopedVars: {},
    startTime: 0,
    targets: [{ refId: 'A', report: 'channels' }],
    timezone: 'browser',
    ...rest,
  };
}

afterEach(() => {
  followGrafana('en-US');
});

describe('the health check', () => {
  const answering = (data: object) => fakeDataSource(({ url }) => (url.endsWith('/health') ? data : {})).datasource;
  const details = { message: 'Missing or incomplete: csat.', verboseMessage: '– csat does not exist.' };

  it('tells what was found, even where all is well', async () => {
    const datasource = answering({ status: 'OK', message: 'Connected', details });
    expect(await datasource.testDatasource()).toEqual({ status: 'success', message: 'Connected', details });
  });

  it('fails with what is wrong', async () => {
    const datasource = answering({ status: 'ERROR', message: 'No host is set.', details });
    await expect(datasource.testDatasource()).rejects.toMatchObject({
      status: 'error',
      message: 'No host is set.',
      error: { message: 'No host is set.', details },
    });
  });
});

describe('a query', () => {
  const sent = async (rest: Partial<DataQueryRequest<ParleyQuery>>, variables = templates({})) => {
    const { datasource, requests } = fakeDataSource(undefined, variables);
    await firstValueFrom(datasource.query(request(rest)));
    return requests.find(({ url }) => url.includes('/api/ds/query'))?.data.queries;
  };

  it.each([
    ['browser', Intl.DateTimeFormat().resolvedOptions().timeZone],
    ['', Intl.DateTimeFormat().resolvedOptions().timeZone],
    ['utc', 'UTC'],
    ['America/Sao_Paulo', 'America/Sao_Paulo'],
  ])('is cut in the time zone of the dashboard: %s', async (timezone, expected) => {
    expect(await sent({ timezone })).toMatchObject([{ timezone: expected }]);
  });

  it.each([
    ['en-US', 'en'],
    ['es-ES', 'es'],
    ['pt-BR', 'pt-BR'],
    ['pt-PT', 'pt-BR'],
    ['de-DE', 'en'],
    [undefined, 'en'],
  ])('speaks the language of the reader: %s', async (language, expected) => {
    followGrafana(language);
    expect(await sent({})).toMatchObject([{ language: expected }]);
  });

  it('keeps the zone and the language that it names', async () => {
    const targets = [{ refId: 'A', report: 'channels', timezone: 'America/Lima', language: 'es' }];
    expect(await sent({ targets })).toMatchObject(targets);
  });

  it('leaves expressions alone', async () => {
    const targets = [{ refId: 'B', datasource: { type: '__expr__', uid: '__expr__' } }];
    const [query] = await sent({ targets });
    expect(query).not.toHaveProperty('timezone');
  });

  it('holds values in the place of variables, and the ad hoc filters', async () => {
    const targets = [
      {
        refId: 'A',
        report: 'channels',
        filters: [
          { dimension: 'line', operator: 'in', values: ['$line'] },
          { dimension: 'channel', operator: 'in', values: ['$channel'] },
        ],
      },
    ];
    const variables = templates({
      line: { type: 'query', value: ['7', '9'] },
      channel: { type: 'query', value: ['$__all'], options: ['whatsapp', 'webchat'] },
    });
    const filters = [{ key: 'Line', operator: '=', value: 'Sales' }];
    expect(await sent({ targets, filters }, variables)).toMatchObject([
      {
        filters: [
          { dimension: 'line', operator: 'in', values: ['7', '9'] },
          { dimension: 'line', operator: 'matches', values: ['^Sales$'] },
        ],
      },
    ]);
  });

  it('with an ad hoc filter that has no meaning answers with the error', async () => {
    const { datasource } = fakeDataSource();
    const filters = [{ key: 'rating', operator: '<', value: '3' }];
    await expect(firstValueFrom(datasource.query(request({ filters })))).rejects.toThrow(/does not support the operator </);
  });

  it('is asked although the catalogue cannot be read', async () => {
    const { datasource, requests } = fakeDataSource((r) => {
      if (r.url.endsWith('catalog')) {
        throw refusal('no database');
      }
      return answerByDefault(r);
    });
    await firstValueFrom(datasource.query(request({ filters: [{ key: 'line', operator: '=', value: '7' }] })));
    expect(requests.at(-1)?.data.queries[0].filters).toEqual([{ dimension: 'line', operator: 'in', values: ['7'] }]);
  });

  it('that asks for nothing is not sent', () => {
    const { datasource } = fakeDataSource();
    expect(datasource.filterQuery({ refId: 'A' })).toBe(false);
    expect(datasource.filterQuery({ refId: 'A', metrics: [] })).toBe(false);
    expect(datasource.filterQuery({ refId: 'A', metrics: ['messages_sent'] })).toBe(true);
    expect(datasource.filterQuery({ refId: 'A', report: 'channels' })).toBe(true);
  });

  it('starts with a report, but not under an alert rule', () => {
    const { datasource } = fakeDataSource();
    expect(datasource.getDefaultQuery(CoreApp.PanelEditor)).toEqual({ version: 1, report: 'sessions_over_time' });
    expect(datasource.getDefaultQuery(CoreApp.UnifiedAlerting)).toEqual({});
  });

  it('can be read in one line', () => {
    const { datasource } = fakeDataSource();
    expect(datasource.getQueryDisplayText({ refId: 'A', report: 'channels' })).toBe('channels');
    expect(datasource.getQueryDisplayText({ refId: 'A', metrics: ['a', 'b'], groupBy: ['line'] })).toBe('a, b (line)');
  });

  it('tells whether it holds variables', () => {
    const { datasource } = fakeDataSource();
    const filters = [{ dimension: 'line', operator: 'in', values: ['$line'] }];
    expect(datasource.targetContainsTemplate({ refId: 'A', filters, datasource: { uid: 'x' } })).toBe(true);
    expect(datasource.targetContainsTemplate({ refId: 'A', report: 'channels', datasource: { uid: '$ds' } })).toBe(false);
  });

  it('goes to Explore with values and this data source', () => {
    const { datasource } = fakeDataSource(undefined, templates({ line: { type: 'query', value: '7' } }));
    const filters = [{ dimension: 'line', operator: 'in', values: ['$line'] }];
    expect(datasource.interpolateVariablesInQueries([{ refId: 'A', report: 'channels', filters }], {})).toEqual([
      {
        refId: 'A',
        report: 'channels',
        filters: [{ dimension: 'line', operator: 'in', values: ['7'] }],
        datasource: { type: datasource.type, uid: 'parley' },
      },
    ]);
  });
});

describe('the catalogue', () => {
  it('is read once in each language', async () => {
    const { datasource, requests } = fakeDataSource();
    await Promise.all([datasource.catalog(), datasource.catalog()]);
    followGrafana('es-ES');
    await datasource.catalog();
    expect(requests.map(({ params }) => params)).toEqual([{ language: 'en' }, { language: 'es' }]);
  });

  it('is read again after a failure', async () => {
    let failures = 1;
    const { datasource } = fakeDataSource((r) => {
      if (failures-- > 0) {
        throw refusal('no database');
      }
      return answerByDefault(r);
    });
    await expect(datasource.catalog()).rejects.toMatchObject({ data: { message: 'no database' } });
    await expect(datasource.catalog()).resolves.toHaveProperty('reports');
  });
});

it('tells values of the same name apart', async () => {
  const { datasource } = fakeDataSource(() => ({
    values: [
      { value: '1', text: 'Ana' },
      { value: '2', text: 'Bruno' },
      { value: '3', text: 'Ana' },
    ],
  }));
  expect((await datasource.values({ dimension: 'agent' })).map(({ text }) => text)).toEqual([
    'Ana (1)',
    'Bruno',
    'Ana (3)',
  ]);
});

describe('the text of an id', () => {
  it('is read once, and known where it was offered', async () => {
    const { datasource, requests } = fakeDataSource();
    expect(await Promise.all([datasource.text('line', '7'), datasource.text('line', '7')])).toEqual(['Sales', 'Sales']);
    expect(await datasource.text('line', '8')).toBe('8');
    expect(requests.map(({ data }) => data.search)).toEqual(['7', '8']);
    await datasource.values({ dimension: 'agent' });
    expect(await datasource.text('agent', '7')).toBe('Sales');
    expect(requests).toHaveLength(3);
  });

  it('is the id where the database does not answer', async () => {
    const { datasource } = fakeDataSource(() => {
      throw refusal('no database');
    });
    expect(await datasource.text('line', '7')).toBe('7');
  });
});

describe('ad hoc filters', () => {
  it('are offered where they have meaning for every query', async () => {
    const { datasource } = fakeDataSource();
    const keys = async (...queries: ParleyQuery[]) =>
      (await datasource.getTagKeys({ filters: [], queries })).map(({ value }) => value);
    expect(await keys()).toEqual(['channel', 'line', 'phone', 'direction', 'rating']);
    expect(await keys({ refId: 'A', report: 'channels' })).toEqual(['channel', 'line', 'phone', 'direction']);
    expect(await keys({ refId: 'A', report: 'channels' }, { refId: 'B', metrics: ['csat_score'] })).toEqual([
      'channel',
      'line',
      'phone',
    ]);
  });

  it('take their values from the catalogue or from the database', async () => {
    const { datasource, requests } = fakeDataSource();
    const filters = [{ key: 'channel', operator: '=', value: 'WhatsApp' }];
    expect(await datasource.getTagValues({ key: 'channel', filters })).toHaveLength(2);
    expect(await datasource.getTagValues({ key: 'line', filters })).toEqual([{ value: '7', text: 'Sales' }]);
    expect(requests.at(-1)?.data).toEqual({
      dimension: 'line',
      filters: [{ dimension: 'channel', operator: 'in', values: ['whatsapp'] }],
      language: 'en',
      limit: 100,
    });
  });

  it('of another data source do not narrow values', async () => {
    const { datasource, requests } = fakeDataSource();
    const filters = [
      { key: 'cluster', operator: '=', value: 'eu-1' },
      { key: 'rating', operator: '<', value: '3' },
      { key: 'Channel', operator: '=', value: 'WhatsApp' },
    ];
    expect(await datasource.getTagValues({ key: 'line', filters })).toEqual([{ value: '7', text: 'Sales' }]);
    expect(requests.at(-1)?.data.filters).toEqual([{ dimension: 'channel', operator: 'in', values: ['whatsapp'] }]);
    expect(await datasource.getTagValues({ key: 'cluster', filters: [] })).toEqual([]);
  });

  it('say where they have no meaning', async () => {
    const { datasource } = fakeDataSource();
    const filters = [
      { key: 'line', operator: '=', value: '7' },
      { key: 'rating', operator: '=', value: '5' },
    ];
    const queries = [{ refId: 'A', report: 'channels' }];
    expect(await datasource.getDrilldownsApplicability({ filters, queries })).toMatchObject([
      { key: 'line', applicable: true },
      { key: 'rating', applicable: false, reason: 'Not every query here can be filtered by rating' },
    ]);
  });
});
