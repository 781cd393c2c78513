import { expect, type Page, type Request, test } from '@playwright/test';

import { choose, PLUGIN } from './parley';

/** The next query that the browser sends. */
const nextQuery = async (page: Page) => queryOf(await page.waitForRequest((request) => isQuery(request)));
const isQuery = (request: Request) => request.url().includes('/api/ds/query');
const queryOf = (request: Request) => request.postDataJSON().queries[0];

const fieldOf = (page: Page, name: string) => page.getByRole('combobox', { name, exact: true });

test.describe('an edit of a shipped card', () => {
  test.beforeEach(async ({ page }) => {
    await page.goto('/d/parley-en-channels?from=now-30d&to=now&editPanel=1');
    await expect(fieldOf(page, 'Interval')).toHaveValue('None (whole range)');
  });

  test('changes only what was edited, and can be taken back', async ({ page }) => {
    const values = page.getByTestId('data-testid panel content');
    await expect(values).toContainText('%');
    const before = await values.innerText();
    const alone = nextQuery(page);
    await choose(page, 'Compare with', 'None');
    expect(await alone).toMatchObject({ bucket: 'none', format: 'timeseries' });
    // A single value has no change.
    await expect(values).not.toContainText('%');
    const back = nextQuery(page);
    await choose(page, 'Compare with', 'Previous period');
    expect(await back).toMatchObject({ bucket: 'none', compare: 'previous_period', format: 'timeseries' });
    await expect(values).toHaveText(before, { useInnerText: true });
    await expect(fieldOf(page, 'Interval')).toHaveValue('None (whole range)');
  });

  test('offers the whole range for a time series', async ({ page }) => {
    await choose(page, 'Interval', 'Day');
    const back = nextQuery(page);
    await choose(page, 'Interval', 'None (whole range)');
    expect(await back).toMatchObject({ bucket: 'none', format: 'timeseries' });
  });
});

test('a time series that becomes a table has no interval', async ({ page }) => {
  await page.goto('/d/parley-en-channels?from=now-30d&to=now&editPanel=5');
  await expect(fieldOf(page, 'Format')).toHaveValue('Time series');
  const asked = nextQuery(page);
  await choose(page, 'Format', 'Table');
  await asked;
  await expect(fieldOf(page, 'Interval')).toHaveValue('Auto');
});

test('the report of a funnel can be shown as one', async ({ page }) => {
  await page.goto('/d/parley-en-channels?from=now-30d&to=now&editPanel=5');
  await choose(page, 'Report', 'Notification funnel');
  const asked = page.waitForRequest((request) => isQuery(request) && queryOf(request).groupBy?.includes('stage'));
  await page.getByRole('button', { name: 'Funnel', exact: true }).click();
  await asked;
  const content = page.getByTestId('data-testid panel content');
  await expect(content.locator('canvas')).toBeVisible();
  await expect(content.getByText('Data is missing')).toHaveCount(0);
  await expect(page.getByText(/Show as:/)).toHaveCount(0);
});

test('a compared table has headers that can be read, and totals of the previous period', async ({ page }) => {
  // So wide that no column waits to be scrolled to.
  await page.setViewportSize({ width: 3600, height: 1000 });
  await page.goto('/d/parley-en-channels?from=now-30d&to=now&editPanel=7');
  await choose(page, 'Compare with', 'Previous period');
  const table = page.getByTestId('data-testid panel content').getByRole('grid');
  const header = table.getByRole('columnheader', { name: 'Messages sent (previous period)' });
  await expect(header).toBeVisible();
  const cut = await table
    .getByRole('columnheader')
    .evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent));
  expect(cut).toEqual([]);
  const column = await header.getAttribute('aria-colindex');
  await expect(table.locator(`.rdg-summary-row [aria-colindex="${column}"]`)).toContainText(/\d/);
});

for (const width of [1500, 1280, 390]) {
  test(`the editor fits a window of ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto('/d/parley-en-conversations?editPanel=6');
    await fieldOf(page, 'Columns').waitFor();
    expect(await overflow(page)).toEqual([]);
  });
}

test('two editors fit the split view of Explore', async ({ page }) => {
  const pane = (query: object) => ({
    datasource: 'parley',
    queries: [{ refId: 'A', version: 1, datasource: { type: PLUGIN, uid: 'parley' }, ...query }],
    range: { from: 'now-24h', to: 'now' },
  });
  const filters = [{ dimension: 'line', operator: 'notMatches', values: ['x'] }];
  const panes = { a: pane({ report: 'message_details_sent', filters }), b: pane({ report: 'channels', filters }) };
  await page.goto(`/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`);
  await fieldOf(page, 'Values').nth(1).waitFor();
  expect(await overflow(page)).toEqual([]);
});

test('a time zone of the query is shown and can be removed', async ({ page }) => {
  const query = { refId: 'A', version: 1, datasource: { type: PLUGIN, uid: 'parley' }, report: 'channels', timezone: 'Asia/Tokyo' };
  const panes = { a: { datasource: 'parley', queries: [query], range: { from: 'now-24h', to: 'now' } } };
  await page.goto(`/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`);
  await expect(fieldOf(page, 'Time zone')).toHaveValue('Asia/Tokyo');
  const asked = nextQuery(page);
  await fieldOf(page, 'Time zone').locator('..').getByRole('button', { name: 'Clear value' }).click();
  expect((await asked).timezone).not.toBe('Asia/Tokyo');
  await expect(fieldOf(page, 'Time zone')).toHaveCount(0);
});

/** The buttons and fields of query editors that reach beyond their row. */
function overflow(page: Page): Promise<string[]> {
  return page.getByTestId('query-editor-row').evaluateAll((rows) =>
    rows.flatMap((row) => {
      const { right } = row.getBoundingClientRect();
      const inside = [...row.querySelectorAll('button, input')];
      return inside.filter((e) => e.getBoundingClientRect().right > right + 1).map((e) => e.getAttribute('aria-label') ?? e.id);
    })
  );
}
