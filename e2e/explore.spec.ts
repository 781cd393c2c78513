import { expect, type Page, test } from '@playwright/test';

import { PLUGIN } from './parley';

function explore(page: Page, query?: object) {
  const queries = query ? [{ refId: 'A', version: 1, datasource: { type: PLUGIN, uid: 'parley' }, ...query }] : undefined;
  const panes = { a: { datasource: 'parley', queries, range: { from: 'now-24h', to: 'now' } } };
  return page.goto(`/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`);
}

test('Explore starts with a graph', async ({ page }) => {
  await explore(page);
  await expect(page.getByRole('combobox', { name: 'Report' })).toHaveValue('Sessions over time');
  await expect(page.getByText('Business-initiated').first()).toBeVisible();
});

test('Explore lets one choose another report', async ({ page }) => {
  await explore(page);
  const report = page.getByRole('combobox', { name: 'Report' });
  await report.click();
  await report.fill('Message log');
  await page.getByRole('option', { name: /^Message log/ }).click();
  await expect(report).toHaveValue('Message log');
  await expect(page.getByText('Logs volume')).toBeVisible();
});

test('Explore shows messages as a log with its volume', async ({ page }) => {
  await explore(page, { report: 'message_details_sent', format: 'logs' });
  await expect(page.getByText('Logs volume')).toBeVisible();
  const legend = page.getByTestId('data-testid VizLegend series error');
  await expect(legend).toBeVisible();
  await expect(page.getByText(/lines shown/)).toBeVisible();
  await expect(page.getByText('→').first()).toBeVisible();
});
