import { expect, type Request, test } from '@playwright/test';

/** Tells a question to the data source that holds the text. */
const asks = (text: string) => (request: Request) =>
  request.url().includes('/api/ds/query') && Boolean(request.postData()?.includes(text));

test('variables narrow each other and the panels', async ({ page }) => {
  await page.goto('/d/parley-en-overview');
  const asked = page.waitForRequest(asks('"values":["email"]'));
  const channel = page.getByTestId('data-testid template variable').filter({ hasText: 'Channel' });
  await channel.getByRole('combobox').click();
  await page.getByRole('option', { name: 'Email' }).click();
  await page.keyboard.press('Escape');
  await asked;
  await page.getByTestId('data-testid template variable').filter({ hasText: 'Line' }).getByRole('combobox').click();
  await expect(page.getByRole('option', { name: 'Correo posventa' })).toBeVisible();
  await expect(page.getByRole('option', { name: 'WhatsApp Brasil' })).toHaveCount(0);
});

test('ad hoc filters offer keys and values, and reach the panels', async ({ page }) => {
  await page.goto('/d/parley-en-overview');
  const filter = page.getByPlaceholder('Filter by label values');
  await filter.click();
  await filter.fill('Country');
  await page.getByRole('option', { name: 'Country', exact: true }).click();
  await page.getByRole('option', { name: /^= ?Equals/ }).click();
  const asked = page.waitForRequest(asks('{"dimension":"country","operator":"in","values":["BR"]}'));
  await page.getByRole('option', { name: 'BR' }).click();
  await asked;
  await expect(page.getByTestId('data-testid Panel status error')).toHaveCount(0);
});

test('a link leads on with the time and the variables', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 2500 });
  await page.goto('/d/parley-en-overview?from=now-14d&to=now&var-channel=whatsapp');
  const agents = page.getByTestId('data-testid Panel header Top agents');
  await agents.getByTitle('view data links and actions').nth(1).click();
  await page.getByTestId('data-testid viz-tooltip-wrapper').getByRole('link', { name: 'Conversations' }).click();
  await expect(page).toHaveURL(/\/d\/parley-en-conversations/);
  await expect(page).toHaveURL(/from=now-14d&to=now/);
  await expect(page).toHaveURL(/var-channel=whatsapp/);
  await expect(page).toHaveURL(/var-agent=(?!\$__all)./);
  await expect(page.getByTestId('data-testid Panel status error')).toHaveCount(0);
});

test('campaign sends are marked on charts', async ({ page }) => {
  await page.goto('/d/parley-en-delivery-health?from=now-7d&to=now');
  await expect(page.getByTestId('data-testid annotation-marker').first()).toBeVisible();
});
