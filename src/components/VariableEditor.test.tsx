import { locationService } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import { answerByDefault, fakeDataSource, refusal } from '../test/backend';
import { templates } from '../test/templates';
import { type ParleyVariableQuery } from '../types';
import { VariableEditor } from './VariableEditor';

const user = userEvent.setup();

/** The editor over a question that it changes, as Grafana holds it. */
async function edit(start: Partial<ParleyVariableQuery>) {
  const { datasource } = fakeDataSource(undefined, templates({ channel: { type: 'query', value: 'whatsapp' } }));
  const state = { query: { refId: 'variable', ...start } as ParleyVariableQuery };
  function Holder() {
    const [query, setQuery] = useState(state.query);
    return (
      <VariableEditor
        datasource={datasource}
        query={query}
        onChange={(next) => setQuery((state.query = next as ParleyVariableQuery))}
        onRunQuery={jest.fn()}
      />
    );
  }
  render(<Holder />);
  await screen.findByRole('combobox', { name: 'Dimension' });
  return state;
}

describe('the editor of a variable', () => {
  it('offers the dimensions that have values', async () => {
    const state = await edit({});
    await user.click(screen.getByRole('combobox', { name: 'Dimension' }));
    const options = await screen.findAllByRole('option');
    expect(options.map(({ textContent }) => textContent)).toEqual(['Channel', 'Line', 'Phone', 'Direction', 'Rating']);
    await user.click(screen.getByRole('option', { name: 'Line' }));
    expect(state.query).toEqual({ refId: 'variable', dimension: 'line', query: 'Line' });
  });

  it('narrows the values', async () => {
    const state = await edit({ dimension: 'line' });
    await user.type(screen.getByRole('textbox', { name: 'Search' }), '$__searchFilter');
    await user.tab();
    await user.type(screen.getByRole('textbox', { name: 'Regex' }), '^Sales');
    await user.tab();
    expect(state.query).toMatchObject({ search: '$__searchFilter', regex: '^Sales' });
    await user.clear(screen.getByRole('textbox', { name: 'Search' }));
    await user.tab();
    expect(state.query.search).toBeUndefined();
  });

  it('lets one variable follow another', async () => {
    const state = await edit({ dimension: 'line' });
    await user.click(screen.getByRole('button', { name: 'Add filter' }));
    await user.click(screen.getByRole('combobox', { name: 'Filter by' }));
    await user.click(await screen.findByRole('option', { name: 'Channel' }));
    await user.click(screen.getByRole('combobox', { name: 'Values' }));
    await user.click(await screen.findByRole('option', { name: '$channel' }));
    expect(state.query.filters).toEqual([{ dimension: 'channel', operator: 'in', values: ['$channel'] }]);
  });

  it('does not offer the variable itself', async () => {
    locationService.partial({ editview: 'variables', editIndex: 0 });
    await edit({ dimension: 'line' });
    await user.click(screen.getByRole('button', { name: 'Add filter' }));
    await user.click(screen.getByRole('combobox', { name: 'Filter by' }));
    await user.click(await screen.findByRole('option', { name: 'Channel' }));
    await user.click(screen.getByRole('combobox', { name: 'Values' }));
    expect(await screen.findByRole('option', { name: 'WhatsApp' })).toBeInTheDocument();
    expect(screen.queryByRole('option', { name: '$channel' })).not.toBeInTheDocument();
  });
});

it('says why there is nothing to choose', async () => {
  const { datasource } = fakeDataSource((request) => {
    if (request.url.endsWith('catalog')) {
      throw refusal('the plugin is being updated');
    }
    return answerByDefault(request);
  });
  render(<VariableEditor datasource={datasource} query={{ refId: 'V' }} onChange={jest.fn()} onRunQuery={jest.fn()} />);
  expect(await screen.findByText('the plugin is being updated')).toBeInTheDocument();
});
