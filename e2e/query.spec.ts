import { expect, test } from '@grafana/plugin-e2e';

import { choose, DATASOURCE } from './parley';

test.describe('the query editor', () => {
  test.beforeEach(async ({ panelEditPage }) => {
    await panelEditPage.datasource.set(DATASOURCE);
    await panelEditPage.timeRange.set({ from: 'now-7d', to: 'now' });
  });

  test('starts a new panel with a question that it shows', async ({ panelEditPage, page }) => {
    await expect(page.getByRole('combobox', { name: 'Report', exact: true })).toHaveValue('Sessions over time');
    await expect(panelEditPage.panel.locator.getByText('Business-initiated')).toBeVisible();
    await expect(panelEditPage.panel.getErrorIcon()).toBeHidden();
  });

  test('goes from a report to a question of its own', async ({ panelEditPage, page }) => {
    await panelEditPage.toggleTableView();
    const row = panelEditPage.getQueryEditorRow('A');
    await choose(row, 'Report', 'Channels');
    await expect(panelEditPage.panel.fieldNames).toContainText(['Channel', 'Line', 'Business-initiated sessions']);
    await expect(panelEditPage.panel.data).toContainText(['WhatsApp']);

    // Another metric and another cut.
    const asked = page.waitForRequest(
      (request) => request.url().includes('/api/ds/query') && Boolean(request.postData()?.includes('"failed_rate"'))
    );
    await choose(row, 'Metrics', 'Failure rate');
    await asked;
    await choose(row, 'Group by', 'Team');
    await expect(panelEditPage.panel.fieldNames).toContainText(['Team']);
    // Only what has a meaning for these metrics is offered.
    await row.getByRole('combobox', { name: 'Group by' }).fill('rating');
    await expect(page.getByText('No options found')).toBeVisible();
    await row.getByRole('combobox', { name: 'Group by' }).press('Escape');

    // A filter whose values the database is asked for as one types.
    await row.getByRole('button', { name: 'Add filter' }).click();
    await choose(row, 'Filter by', 'Line');
    const searched = page.waitForResponse(
      (response) => response.url().endsWith('/resources/values') && response.request().postDataJSON().search === 'Bra'
    );
    await row.getByRole('combobox', { name: 'Values' }).fill('Bra');
    expect((await searched).ok()).toBe(true);
    await page.getByRole('option', { name: 'WhatsApp Brasil' }).dispatchEvent('click');
    await page.keyboard.press('Escape');
    await expect(panelEditPage.panel.data.filter({ hasText: 'WhatsApp Brasil' }).first()).toBeVisible();
    await expect(panelEditPage.panel.data.filter({ hasText: 'WhatsApp México' })).toHaveCount(0);

    // The SQL, with the filter's value in it.
    await row.getByRole('button', { name: 'Generated SQL' }).click();
    await expect(row.getByText('Parley sends the values separately')).toBeVisible();
    await expect(row.getByRole('button', { name: 'Copy' })).toBeVisible();
  });

  test('stands beside others in a mixed panel', async ({ panelEditPage, page }) => {
    await panelEditPage.datasource.set('-- Mixed --');
    await page.getByRole('button', { name: 'Add query' }).click();
    const second = panelEditPage.getQueryEditorRow('B');
    await choose(second, 'Report', 'Messages over time');
    await expect(panelEditPage.panel.locator.getByText('Business-initiated').first()).toBeVisible();
    await expect(panelEditPage.panel.locator.getByText(/Messages received/).first()).toBeVisible();
    await expect(panelEditPage.panel.getErrorIcon()).toBeHidden();
  });

  test('says below the panel what is wrong with a query', async ({ panelEditPage, page }) => {
    await panelEditPage.mockQueryDataResponse({
      results: { A: { error: 'the query took too long: choose a shorter range', status: 504, frames: [] } },
    });
    await page.getByTestId('data-testid RefreshPicker run button').click();
    await expect(panelEditPage.panel.getErrorIcon()).toBeVisible();
    await expect(page.getByText('the query took too long').first()).toBeVisible();
  });
});
