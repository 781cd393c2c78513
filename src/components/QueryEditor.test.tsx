import { CoreApp, type DataQueryRequest, getDefaultTimeRange, LoadingState, toDataFrame } from '@grafana/data';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import { type Answer, answerByDefault, fakeDataSource, refusal } from '../test/backend';
import { templates } from '../test/templates';
import { type ParleyQuery } from '../types';
import { QueryEditor } from './QueryEditor';

const user = userEvent.setup();

interface Around {
  app?: CoreApp;
  answer?: Answer;
  variables?: Parameters<typeof templates>[0];
  /** What the answers of the panel's queries came from, by their refIds. */
  sql?: Record<string, string>;
  /** The visualization that the query last ran for. */
  panelPluginId?: string;
  /** The queries that were last asked. */
  targets?: ParleyQuery[];
}

const LINE = { line: { type: 'query', value: '7' } };

/** The editor over a query that it changes, as Grafana holds it. */
async function edit(start: Partial<ParleyQuery>, { app, answer, variables = {}, sql, panelPluginId, targets }: Around = {}) {
  const { datasource, requests } = fakeDataSource(answer, templates(variables));
  const state = { query: { refId: 'A', ...start } as ParleyQuery, runs: 0 };
  const series = Object.entries(sql ?? {}).map(([refId, executedQueryString]) =>
    toDataFrame({ refId, fields: [], meta: { executedQueryString } })
  );
  const request =
    panelPluginId || targets
      ? ({ panelPluginId, targets: targets ?? [], range: getDefaultTimeRange(), scopedVars: {}, timezone: 'America/Bogota' } as unknown as DataQueryRequest)
      : undefined;
  const data = { series, state: LoadingState.Done, timeRange: getDefaultTimeRange(), request };
  function Holder() {
    const [query, setQuery] = useState(state.query);
    return (
      <QueryEditor
        datasource={datasource}
        app={app}
        data={data}
        query={query}
        onChange={(next) => setQuery((state.query = next))}
        onRunQuery={() => state.runs++}
      />
    );
  }
  render(<Holder />);
  await screen.findByRole('combobox', { name: 'Report' });
  return { state, requests };
}

async function open(name: string, index = 0) {
  await user.click((await screen.findAllByRole('combobox', { name }))[index]);
  await waitFor(() => expect(screen.getAllByRole('option').length).toBeGreaterThan(0));
  return screen.getAllByRole('option').map((option) => option.textContent);
}

async function choose(name: string, option: RegExp, index = 0) {
  await open(name, index);
  await user.click(screen.getByRole('option', { name: option }));
  await user.keyboard('{Escape}');
}

describe('the query editor', () => {
  it('shows the report and what it asks', async () => {
    await edit({ report: 'channels' });
    expect(screen.getByRole('combobox', { name: 'Report' })).toHaveValue('Channels');
    expect(screen.getByText('Messages sent')).toBeInTheDocument();
    expect(screen.getByRole('combobox', { name: 'Format' })).toHaveValue('Table');
  });

  it('downloads the query as it was asked', async () => {
    const filters = [{ dimension: 'line', operator: 'in', values: ['$line'] }];
    const asked = { refId: 'A', report: 'channels', filters } as ParleyQuery;
    await edit({ report: 'channels' }, { variables: LINE, targets: [asked] });
    await user.click(screen.getByRole('button', { name: 'Download' }));
    const item = (await screen.findByText('Excel (XLSX)')).closest('a')!;
    const url = new URL(item.getAttribute('href')!, 'http://grafana');
    expect(url.pathname).toMatch(/\/api\/datasources\/uid\/\w+\/resources\/export$/);
    expect(url.searchParams.get('format')).toBe('xlsx');
    expect(Number(url.searchParams.get('to'))).toBeGreaterThan(Number(url.searchParams.get('from')));
    expect(JSON.parse(url.searchParams.get('query')!)).toEqual({
      report: 'channels',
      timezone: 'America/Bogota', // that of the dashboard
      language: 'en',
      filters: [{ dimension: 'line', operator: 'in', values: ['7'] }],
    });
  });

  it('downloads nothing before a query was asked', async () => {
    await edit({ report: 'channels' });
    expect(screen.queryByRole('button', { name: 'Download' })).not.toBeInTheDocument();
  });

  it('offers metrics with a short description', async () => {
    await edit({ metrics: ['messages_sent'] });
    const options = await open('Metrics');
    expect(options).toEqual([
      'Messages sent' + 'Outbound messages that neither failed nor wait.',
      'Failed messages',
      'Open now',
      'CSAT score',
    ]);
    expect(screen.getByText('Conversations now')).toBeInTheDocument();
  });

  it('explains the chosen metrics in full', async () => {
    await edit({ metrics: ['messages_sent'] });
    const label = screen.getAllByText('Metrics').find((element) => element.tagName === 'LABEL')!;
    await user.hover(label.querySelector('svg')!);
    expect(await screen.findByText(/^Outbound messages that neither failed nor wait\. Counts/)).toBeInTheDocument();
  });

  it.each([
    [['messages_sent'], ['Channel', 'Line', 'Phone', 'Direction', 'Hour', 'Day', 'Week', 'Month']],
    [['messages_sent', 'open_now'], ['Channel', 'Line', 'Phone']],
    [['open_now'], ['Channel', 'Line', 'Phone']],
    [['csat_score', 'open_now'], ['Channel', 'Line', 'Phone']],
  ])('offers to group %s by what all of them have', async (metrics, expected) => {
    await edit({ metrics });
    expect(await open('Group by')).toEqual(expected);
  });

  it('offers to filter by what all metrics have', async () => {
    await edit({ metrics: ['csat_score'] });
    await user.click(screen.getByRole('button', { name: 'Add filter' }));
    expect(await open('Filter by')).toEqual(['Channel', 'Line', 'Phone', 'Rating']);
  });

  it('stores what differs from the report, and runs it', async () => {
    const { state } = await edit({ report: 'channels' });
    await choose('Group by', /^Phone/);
    expect(state.query).toEqual({ refId: 'A', version: 1, report: 'channels', groupBy: ['channel', 'line', 'phone'] });
    expect(state.runs).toBe(1);
  });

  it('forgets the changes when the report changes', async () => {
    const { state } = await edit({ report: 'channels', metrics: ['open_now'], limit: 3 });
    await choose('Report', /Messages over time/);
    expect(state.query).toEqual({ refId: 'A', version: 1, report: 'sent_over_time' });
    expect(screen.getByRole('combobox', { name: 'Format' })).toHaveValue('Time series');
    expect(screen.getByText('Direction is none of In')).toBeInTheDocument();
  });

  it('says what shows a report that a new panel cannot draw', async () => {
    const hint = /no time series. Show as/;
    await edit({ report: 'sent_over_time' }, { app: CoreApp.PanelEditor });
    await choose('Report', /Channels/);
    expect(screen.getByText(hint)).toBeInTheDocument();
    expect(screen.getByText('Table, Bar chart, Pie chart')).toBeInTheDocument();
    expect(screen.getByText('To see it over time, set Interval.')).toBeInTheDocument();
    await choose('Interval', /^Day/);
    expect(screen.queryByText(hint)).not.toBeInTheDocument();
  });

  it.each([CoreApp.Explore, CoreApp.PanelEditor])('says nothing of it in %s where nothing was chosen', async (app) => {
    await edit({ report: 'channels' }, { app });
    expect(screen.queryByText(/Show as/)).not.toBeInTheDocument();
    if (app === CoreApp.Explore) {
      await choose('Report', /Messages over time/);
      await choose('Report', /Channels/);
      expect(screen.queryByText(/Show as/)).not.toBeInTheDocument();
    }
  });

  it('searches values in the database as one types', async () => {
    const { state, requests } = await edit({ report: 'channels' });
    await user.click(screen.getByRole('button', { name: 'Add filter' }));
    await choose('Filter by', /^Line/);
    expect(state.query).not.toHaveProperty('filters');
    const values = screen.getByRole('combobox', { name: 'Values' });
    await user.click(values);
    await user.type(values, 'sal');
    await user.click(await screen.findByRole('option', { name: /Sales/ }));
    expect(state.query.filters).toEqual([{ dimension: 'line', operator: 'in', values: ['7'] }]);
    expect(requests.map(({ data }) => data)).toContainEqual({
      dimension: 'line',
      search: 'sal',
      language: 'en',
      limit: 100,
    });
  });

  it('takes variables and values of one’s own', async () => {
    const { state } = await edit(
      { report: 'channels', filters: [{ dimension: 'phone', operator: 'contains', values: ['54'] }] },
      { variables: LINE }
    );
    await choose('Values', /\$line/);
    await user.type(screen.getByRole('combobox', { name: 'Values' }), '11');
    await user.click(await screen.findByRole('option', { name: /^11/ }));
    expect(state.query.filters).toEqual([{ dimension: 'phone', operator: 'contains', values: ['54', '$line', '11'] }]);
  });

  it('takes no value of one’s own where a list has them all', async () => {
    await edit({ report: 'channels', filters: [{ dimension: 'channel', operator: 'in', values: ['whatsapp'] }] });
    await user.type(screen.getByRole('combobox', { name: 'Values' }), 'Web');
    await waitFor(() => expect(screen.getAllByRole('option').map((o) => o.textContent)).toEqual(['Webchat']));
  });

  it('shows names for the ids in a filter', async () => {
    await edit({ report: 'channels', filters: [{ dimension: 'line', operator: 'in', values: ['7', '$line'] }] });
    expect(await screen.findByText('Sales')).toBeInTheDocument();
    // Open, the field shows all that is chosen.
    await user.click(screen.getByRole('combobox', { name: 'Values' }));
    expect(screen.getByText('$line')).toBeInTheDocument();
  });

  it('removes a filter', async () => {
    const { state } = await edit({
      report: 'channels',
      filters: [{ dimension: 'line', operator: 'in', values: ['7'] }],
    });
    await user.click(screen.getByRole('button', { name: 'Remove filter' }));
    expect(state.query).toEqual({ refId: 'A', version: 1, report: 'channels' });
  });

  it('orders and limits', async () => {
    const { state } = await edit({ metrics: ['messages_sent'], groupBy: ['line'] });
    await user.click(screen.getByRole('button', { name: 'Add order' }));
    expect(state.query.orderBy).toEqual([{ by: 'line', desc: true }]);
    await choose('Column', /Messages sent/);
    await user.click(screen.getByRole('button', { name: 'Sort ascending' }));
    expect(state.query.orderBy).toEqual([{ by: 'messages_sent' }]);
    await user.type(screen.getByRole('spinbutton', { name: /Row limit/ }), '25');
    await user.tab();
    expect(state.query.limit).toBe(25);
  });

  it('shows columns in the place of metrics for details', async () => {
    await edit({ report: 'message_details' });
    expect(screen.queryByText('Metrics')).not.toBeInTheDocument();
    expect(await open('Columns')).toEqual(['Sent at', 'Message', 'Phone']);
  });

  it('takes variables in the place of every choice', async () => {
    const variables = { report: { type: 'query', value: 'channels' }, cut: { type: 'custom', value: ['line', 'phone'] } };
    const { state } = await edit({ report: 'channels' }, { variables });
    await choose('Group by', /\$cut/);
    await choose('Interval', /\$cut/);
    await choose('Compare with', /\$cut/);
    await choose('Format', /\$cut/);
    expect(state.query).toMatchObject({
      groupBy: ['channel', 'line', '$cut'],
      bucket: '$cut',
      compare: '$cut',
      format: '$cut',
    });
    await choose('Report', /\$report/);
    expect(state.query).toEqual({ refId: 'A', version: 1, report: '$report' });
    // What the variable stands for is shown, and says what may be chosen.
    expect(screen.getByText('Messages sent')).toBeInTheDocument();
    await choose('Group by', /^Phone/);
    expect(state.query).toEqual({
      refId: 'A',
      version: 1,
      report: '$report',
      groupBy: ['channel', 'line', 'phone'],
    });
  });

  it('filters by the dimension that a variable names', async () => {
    const { state, requests } = await edit(
      { report: 'channels' },
      { variables: { by: { type: 'custom', value: 'line' } } }
    );
    await user.click(screen.getByRole('button', { name: 'Add filter' }));
    await choose('Filter by', /\$by/);
    await user.click(screen.getByRole('combobox', { name: 'Values' }));
    await user.click(await screen.findByRole('option', { name: /Sales/ }));
    expect(state.query.filters).toEqual([{ dimension: '$by', operator: 'in', values: ['7'] }]);
    expect(requests.at(-1)?.data).toMatchObject({ dimension: 'line' });
  });

  it('shows the SQL of its own answer', async () => {
    await edit({ report: 'channels' }, { sql: { A: 'SELECT of A', B: 'SELECT of B' } });
    expect(screen.queryByText('SELECT of A')).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Generated SQL' }));
    expect(await screen.findByText('SELECT of A')).toBeInTheDocument();
    expect(screen.queryByText('SELECT of B')).not.toBeInTheDocument();
    // Only a page that came safely may write to the clipboard.
    Object.defineProperty(window, 'isSecureContext', { value: true });
    await user.click(screen.getByRole('button', { name: 'Copy' }));
    expect(await navigator.clipboard.readText()).toBe('SELECT of A');
  });

  it('keeps the whole range of a card, and shows it by name', async () => {
    const card = { metrics: ['messages_sent'], format: 'timeseries', bucket: 'none', compare: 'previous_period' };
    const { state } = await edit(card);
    expect(screen.getByRole('combobox', { name: 'Interval' })).toHaveValue('None (whole range)');
    await choose('Compare with', /^None/);
    expect(state.query).toMatchObject({ bucket: 'none' });
    expect(state.query).not.toHaveProperty('compare');
    await choose('Compare with', /^Previous period/);
    expect(state.query).toEqual({ refId: 'A', version: 1, ...card });
    expect(await open('Interval')).toContain('None (whole range)');
  });

  it('brings back the interval with the format', async () => {
    const { state } = await edit({ report: 'sent_over_time', bucket: 'none', version: 1 });
    await choose('Format', /^Table/);
    await choose('Format', /^Time series/);
    expect(state.query).toEqual({ refId: 'A', version: 1, report: 'sent_over_time', bucket: 'none' });
  });

  it('shows titles for what it does not offer', async () => {
    await edit({
      metrics: ['open_now'],
      groupBy: ['direction'],
      bucket: 'day',
      filters: [{ dimension: 'rating', operator: 'in', values: ['5'] }],
      orderBy: [{ by: 'line_name' }],
    });
    expect(screen.getByRole('combobox', { name: 'Interval' })).toHaveValue('Day');
    expect(screen.getByText('Direction')).toBeInTheDocument();
    expect(screen.getByRole('combobox', { name: 'Filter by' })).toHaveValue('Rating');
    expect(screen.getByRole('combobox', { name: 'Column' })).toHaveValue('Line');
  });

  it.each([
    ['table', undefined],
    ['piechart', undefined],
    ['barchart', undefined],
    ['timeseries', 'Table, Bar chart, Pie chart'],
  ])('names a visualization where a %s cannot show the query', async (panelPluginId, hint) => {
    await edit({ report: 'channels' }, { app: CoreApp.PanelEditor, panelPluginId });
    expect(screen.queryByText(/Show as/)?.nextSibling?.textContent).toBe(hint);
  });

  it.each(['timeseries', 'barchart'])('names a visualization for one row in a %s', async (panelPluginId) => {
    await edit({ metrics: ['messages_sent'] }, { app: CoreApp.PanelEditor, panelPluginId });
    expect(screen.getByText('Stat, Bar gauge, Table')).toBeInTheDocument();
  });

  it('shows the time zone of the query, and removes it', async () => {
    const { state } = await edit({ report: 'channels', timezone: 'America/Bogota' });
    const zone = screen.getByRole('combobox', { name: 'Time zone' });
    expect(zone).toHaveValue('America/Bogota');
    await user.type(zone, 'Brazil/Newest', { initialSelectionStart: 0, initialSelectionEnd: 'America/Bogota'.length });
    await user.click(await screen.findByRole('option', { name: /Brazil\/Newest/ }));
    expect(state.query).toEqual({ refId: 'A', report: 'channels', timezone: 'Brazil/Newest' });
    await user.click(screen.getByTitle('Clear value'));
    expect(state.query).toEqual({ refId: 'A', report: 'channels' });
    expect(screen.queryByRole('combobox', { name: 'Time zone' })).not.toBeInTheDocument();
  });

  it('offers no variable with values of a dimension as a choice', async () => {
    const variables = { line: { type: 'query', value: '7', query: { dimension: 'line' } }, every: { type: 'custom', value: 'day' } };
    await edit({ report: 'channels' }, { variables });
    expect(await open('Interval')).toEqual(expect.arrayContaining(['$every']));
    expect(screen.queryByRole('option', { name: '$line' })).not.toBeInTheDocument();
  });

  it('has no SQL to show before there is an answer', async () => {
    await edit({ report: 'channels' }, { sql: { B: 'SELECT of B' } });
    expect(screen.queryByRole('button', { name: 'Generated SQL' })).not.toBeInTheDocument();
  });

  it('shows a new panel the question that Grafana asks for it', async () => {
    const { state } = await edit({});
    expect(state.query).toEqual({ refId: 'A', version: 1, report: 'sessions_over_time' });
  });
});

describe('the query editor of an alert rule', () => {
  const app = CoreApp.UnifiedAlerting;

  it('starts with one number', async () => {
    const { state } = await edit({}, { app });
    expect(state.query).toEqual({ refId: 'A', version: 1, metrics: ['failed_rate'] });
  });

  it('does not touch the query of a stored rule', async () => {
    const { state } = await edit({ metrics: ['messages_sent'] }, { app });
    expect(state.query).toEqual({ refId: 'A', metrics: ['messages_sent'] });
  });

  it('offers one number to watch, and nothing that a rule cannot have', async () => {
    const { state } = await edit({ metrics: ['messages_sent'] }, { app, variables: LINE });
    expect(await open('Metric')).toEqual([
      'Messages sent' + 'Outbound messages that neither failed nor wait.',
      'Failed messages',
      'Open now',
      'CSAT score',
    ]);
    await user.click(screen.getByRole('option', { name: /Failed messages/ }));
    expect(state.query).toEqual({ refId: 'A', version: 1, metrics: ['messages_failed'] });
    expect(screen.queryByRole('combobox', { name: 'Format' })).not.toBeInTheDocument();
    expect(screen.queryByRole('combobox', { name: 'Compare with' })).not.toBeInTheDocument();
    expect(await open('Report')).toEqual([
      'Channels' + 'Each channel and line.',
      'Messages over time',
      'Custom query' + 'Any metrics, groups and filters',
    ]);
  });

  it('takes the first metric of a panel that has several', async () => {
    const { state } = await edit({ version: 1, metrics: ['messages_failed', 'messages_sent'], groupBy: ['line'] }, { app });
    await waitFor(() => expect(screen.getByRole('combobox', { name: 'Metric' })).toHaveValue('Failed messages'));
    expect(state.query).toEqual({ refId: 'A', version: 1, metrics: ['messages_failed'], groupBy: ['line'] });
    expect(state.runs).toBe(1);
  });

  it('takes the first metric of a report that has several', async () => {
    const { state } = await edit({ report: 'channels' }, { app });
    await waitFor(() => expect(screen.getByRole('combobox', { name: 'Metric' })).toHaveValue('Messages sent'));
    expect(state.query).toEqual({ refId: 'A', version: 1, report: 'channels', metrics: ['messages_sent'] });
  });
});

it('says why there is nothing to choose', async () => {
  const { datasource } = fakeDataSource((request) => {
    if (request.url.endsWith('catalog')) {
      throw refusal('the plugin is being updated');
    }
    return answerByDefault(request);
  });
  render(<QueryEditor datasource={datasource} query={{ refId: 'A' }} onChange={jest.fn()} onRunQuery={jest.fn()} />);
  expect(within(await screen.findByRole('alert')).getByText('the plugin is being updated')).toBeInTheDocument();
});
