import { expect, type Page, type Request, test } from '@playwright/test';
import { readFileSync } from 'fs';
import path from 'path';

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

/** Stores a dashboard with a copy of a shipped card that asks something else, and shows it. */
async function withCard(page: Page, title: string, query: object, use: (content: string) => Promise<void>) {
  const file = path.join(__dirname, '..', 'dashboards', 'en', 'channels.json');
  const { panels, templating } = JSON.parse(readFileSync(file, 'utf8'));
  const card = panels.find((panel: { title: string }) => panel.title === title);
  card.targets = [{ ...card.targets[0], ...query }];
  card.gridPos = { x: 0, y: 0, w: 12, h: 12 };
  const dashboard = { title: `${title} ${Date.now()}`, templating, panels: [card], time: { from: 'now-7d', to: 'now' } };
  const { uid } = await (await page.request.post('/api/dashboards/db', { data: { dashboard } })).json();
  try {
    await page.goto(`/d/${uid}`);
    const content = page.getByTestId('data-testid panel content').first();
    await expect(content).toContainText(/\d/);
    await use(await content.innerText());
  } finally {
    await page.request.delete(`/api/dashboards/uid/${uid}`);
  }
}

test('a card that is grouped shows the names of the groups', async ({ page }) => {
  await withCard(page, 'Sessions', { groupBy: ['channel'] }, async (text) => {
    expect(text).toContain('Business-initiated sessions · WhatsApp');
    expect(text).toContain('Contact-initiated sessions · Webchat');
  });
});

test('a stored card without a comparison shows no change', async ({ page }) => {
  await withCard(page, 'Sessions', {}, async (text) => expect(text).toMatch(/\d %|\d%/));
  await withCard(page, 'Sessions', { compare: 'none' }, async (text) => expect(text).not.toContain('%'));
});
