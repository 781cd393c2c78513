import { expect, type Page, test } from '@playwright/test';
import { readFileSync } from 'fs';

import { PLUGIN } from './parley';

const LAST_DAY = { from: 'now-24h', to: 'now' };

function explore(page: Page, query?: object, range = LAST_DAY) {
  const queries = query ? [{ refId: 'A', version: 1, datasource: { type: PLUGIN, uid: 'parley' }, ...query }] : undefined;
  const panes = { a: { datasource: 'parley', queries, range } };
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

test('Add to dashboard from Explore makes a panel with the same numbers', async ({ page }) => {
  await page.setViewportSize({ width: 1800, height: 1200 });
  // A day that is over: the numbers don't change between the two pages.
  await explore(page, { report: 'channels' }, { from: 'now-1d/d', to: 'now-1d/d' });
  const cells = page.getByRole('gridcell');
  await expect(cells.filter({ hasText: 'WhatsApp' }).first()).toBeVisible();
  const explored = await cells.allInnerTexts();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Add to dashboard' }).click();
  await page.getByRole('button', { name: 'Open dashboard', exact: true }).click();
  await expect(page).toHaveURL(/dashboard\/new/);
  await expect(cells.filter({ hasText: 'WhatsApp' }).first()).toBeVisible();
  await expect(page.getByTestId('data-testid Panel status error')).toHaveCount(0);
  const shown = await cells.allInnerTexts();
  expect(shown.length).toBeGreaterThan(10);
  expect(explored).toEqual(expect.arrayContaining(shown));
});

test('a query is saved in the time zone on the screen', async ({ browser }) => {
  const context = await browser.newContext({ timezoneId: 'Asia/Tokyo' }); // not that of the data source
  const page = await context.newPage();
  await explore(page, { report: 'message_details_sent' });
  const shown = page.getByText(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/).first();
  const time = await shown.innerText();
  await page.getByRole('button', { name: 'Download', exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByText('CSV', { exact: true }).click()]);
  const rows = readFileSync(await file.path(), 'utf8').split('\r\n');
  expect(rows[1].slice(0, 19)).toBe(time);
  expect(rows.at(-2)).toContain('Time zone: Asia/Tokyo');
  await context.close();
});
