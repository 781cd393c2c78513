import { expect, test } from '@playwright/test';

test('a saved view opens with its filters and time range', async ({ page, request }) => {
  const name = `Failed lately ${Date.now()}`;
  await page.goto('/d/parley-en-messages-sent?var-status=failed&from=now-2d&to=now');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('button', { name: 'More save options' }).click();
  await page.getByRole('menuitem', { name: /copy/ }).click();
  await page.locator('input[name="title"]').fill(name);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page).toHaveURL(/failed-lately/);
  const uid = /\/d\/([^/?]+)/.exec(page.url())![1];
  try {
    await page.goto(`/d/${uid}?editview=settings`);
    const tag = page.getByPlaceholder('New tag');
    await tag.fill('parley-saved');
    await tag.press('Enter');
    await page.getByRole('button', { name: 'Save dashboard', exact: true }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('Dashboard saved')).toBeVisible();

    // In any language, and without the filters of the dashboard with the menu.
    await page.goto('/d/parley-es-overview?from=now-30d&to=now&var-channel=whatsapp');
    await page.getByRole('button', { name: 'Vistas guardadas' }).click();
    await page.getByText(name, { exact: true }).click();
    await expect(page).toHaveURL(/from=now-2d&to=now/);
    await expect(page).toHaveURL(/var-status=failed/);
    await expect(page).toHaveURL(/var-channel=\$__all/);
    const rate = page.getByTestId('data-testid Panel header Failure rate');
    await expect(rate).toContainText('100');
  } finally {
    await request.delete(`/api/dashboards/uid/${uid}`);
  }
});
