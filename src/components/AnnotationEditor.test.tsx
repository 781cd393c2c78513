import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import { annotationSupport } from '../annotations';
import { answerByDefault, fakeDataSource, refusal } from '../test/backend';
import { templates } from '../test/templates';
import { type ParleyQuery } from '../types';
import { AnnotationEditor } from './AnnotationEditor';

const user = userEvent.setup();

/** The editor over a question that it changes, as Grafana holds it. */
async function edit(target?: Partial<ParleyQuery>) {
  const { datasource } = fakeDataSource(undefined, templates({ line: { type: 'query', value: '7' } }));
  const state = { query: { ...annotationSupport.getDefaultQuery?.(), refId: 'Anno', ...target } as ParleyQuery };
  function Holder() {
    const [query, setQuery] = useState(state.query);
    return (
      <AnnotationEditor
        datasource={datasource}
        query={query}
        onChange={(next) => setQuery((state.query = next))}
        onRunQuery={jest.fn()}
      />
    );
  }
  render(<Holder />);
  await screen.findByRole('combobox', { name: 'Event type' });
  return state;
}

async function choose(name: string, option: string) {
  await user.click(screen.getByRole('combobox', { name }));
  await user.click(await screen.findByRole('option', { name: new RegExp(option) }));
}

describe('the editor of an annotation', () => {
  it('starts with the sends, and offers the reports of events alone', async () => {
    await edit();
    expect(screen.getByRole('combobox', { name: 'Event type' })).toHaveValue('Campaign sends');
    await user.click(screen.getByRole('combobox', { name: 'Event type' }));
    const options = await screen.findAllByRole('option');
    expect(options.map(({ textContent }) => textContent)).toEqual(['Campaign sendsA mark for each campaign.', 'Failure bursts']);
  });

  it('filters, and forgets what has no meaning for another report', async () => {
    const state = await edit();
    await user.click(screen.getByRole('button', { name: 'Add filter' }));
    await choose('Filter by', 'Direction');
    await choose('Values', 'In');
    expect(state.query).toEqual({
      refId: 'Anno',
      version: 1,
      report: 'campaign_sends',
      filters: [{ dimension: 'direction', operator: 'in', values: ['inbound'] }],
    });
    await choose('Event type', 'Failure bursts');
    expect(state.query).toEqual({ refId: 'Anno', version: 1, report: 'failure_bursts' });
  });

  it('keeps the filters that have a meaning, and variables', async () => {
    const filters = [
      { dimension: 'line', operator: 'in', values: ['$line'] },
      { dimension: '$by', operator: 'in', values: ['x'] },
    ];
    const state = await edit({ filters });
    await choose('Event type', 'Failure bursts');
    expect(state.query.filters).toEqual(filters);
  });

  it('leaves nothing of another data source in the question', async () => {
    const state = await edit({ tags: ['a'], type: 'tags', limit: 100 } as Partial<ParleyQuery>);
    await choose('Event type', 'Failure bursts');
    expect(state.query).toEqual({ refId: 'Anno', version: 1, report: 'failure_bursts' });
  });
});

it('says why there is nothing to choose', async () => {
  const { datasource } = fakeDataSource((request) => {
    if (request.url.endsWith('catalog')) {
      throw refusal('the plugin is being updated');
    }
    return answerByDefault(request);
  });
  render(<AnnotationEditor datasource={datasource} query={{ refId: 'Anno' }} onChange={jest.fn()} onRunQuery={jest.fn()} />);
  expect(await screen.findByText('the plugin is being updated')).toBeInTheDocument();
});

describe('the question of an annotation', () => {
  const prepared = (target?: Partial<ParleyQuery>) =>
    annotationSupport.prepareQuery?.({ name: 'A', enable: true, iconColor: 'red', target: target as ParleyQuery });

  it('is the stored one', () => {
    const target = { refId: 'Anno', version: 1, report: 'failure_bursts', language: 'en' };
    expect(prepared(target)).toBe(target);
  });

  it('is about campaigns where there is none, or only that of another data source', () => {
    const sends = { refId: 'Anno', version: 1, report: 'campaign_sends' };
    expect(prepared()).toEqual(sends);
    expect(prepared({ refId: 'Anno', tags: ['a'] } as Partial<ParleyQuery>)).toEqual(sends);
  });
});
