import { CoreApp, type DataQueryRequest, dateTime, getDefaultTimeRange, type ScopedVars } from '@grafana/data';
import { firstValueFrom } from 'rxjs';

import { fakeDataSource, refusal } from './test/backend';
import { templates } from './test/templates';
import { type ParleyVariableQuery } from './types';
import { VariableSupport } from './variables';

const request = (query: Partial<ParleyVariableQuery>, scopedVars: ScopedVars = {}) =>
  ({
    app: CoreApp.Dashboard,
    requestId: 'V1',
    range: getDefaultTimeRange(),
    scopedVars,
    targets: [{ refId: 'variable', ...query }],
  }) as DataQueryRequest<ParleyVariableQuery>;

describe('a dashboard variable', () => {
  it('shows names and holds ids', async () => {
    const { datasource, requests } = fakeDataSource();
    const answer = await firstValueFrom(new VariableSupport(datasource).query(request({ dimension: 'line' })));
    expect(answer.data).toEqual([{ value: '7', text: 'Sales' }]);
    expect(requests[0]).toMatchObject({
      url: '/api/datasources/uid/parley/resources/values',
      data: { dimension: 'line', search: '', filters: [], language: 'en' },
    });
  });

  it('follows other variables, its own expression and what is typed', async () => {
    const { datasource, requests } = fakeDataSource(
      undefined,
      templates({
        team: { type: 'query', value: ['3', '4'] },
        channel: { type: 'query', value: ['$__all'], options: ['whatsapp'] },
      })
    );
    const query = {
      dimension: 'line',
      search: '$__searchFilter',
      regex: '^Sales',
      filters: [
        { dimension: 'team', operator: 'in', values: ['$team'] },
        { dimension: 'channel', operator: 'in', values: ['$channel'] },
      ],
    };
    await firstValueFrom(
      new VariableSupport(datasource).query(request(query, { __searchFilter: { value: 'ven', text: 'ven' } }))
    );
    await firstValueFrom(new VariableSupport(datasource).query(request(query)));
    const filters = [
      { dimension: 'team', operator: 'in', values: ['3', '4'] },
      { dimension: 'line', operator: 'matches', values: ['^Sales'] },
    ];
    expect(requests.map(({ data }) => data)).toMatchObject([
      { dimension: 'line', search: 'ven', filters },
      { dimension: 'line', search: '', filters },
    ]);
  });

  it('looks further back where the dashboard does', async () => {
    const { datasource, requests } = fakeDataSource();
    const year = { from: dateTime().subtract(1, 'year'), to: dateTime() };
    for (const range of [getDefaultTimeRange(), { ...year, raw: year }]) {
      const query = { ...request({ dimension: 'template' }), range };
      await firstValueFrom(new VariableSupport(datasource).query(query));
    }
    expect(requests.map(({ data }) => data.from)).toEqual([undefined, year.from.toISOString()]);
  });

  it('says what went wrong, so that nobody waits for it', async () => {
    const { datasource } = fakeDataSource(() => {
      throw refusal('parley.team does not exist');
    });
    await expect(firstValueFrom(new VariableSupport(datasource).query(request({ dimension: 'team' })))).rejects.toThrow(
      'parley.team does not exist'
    );
  });

  it('without a dimension has no values', async () => {
    const { datasource, requests } = fakeDataSource();
    expect(await firstValueFrom(new VariableSupport(datasource).query(request({})))).toEqual({ data: [] });
    expect(requests).toEqual([]);
  });

  it('has no values where the database holds none', async () => {
    const { datasource } = fakeDataSource(() => ({ values: null }));
    const answer = await firstValueFrom(new VariableSupport(datasource).query(request({ dimension: 'line' })));
    expect(answer).toEqual({ data: [] });
  });
});
