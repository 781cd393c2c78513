import { expect, type Page, test } from '@playwright/test';

const panel = (page: Page, title: string) => page.getByTestId(`data-testid Panel header ${title}`).first();

/** The first number in a panel. */
async function number(page: Page, title: string): Promise<string> {
  const content = panel(page, title).getByTestId('data-testid panel content');
  await expect(content).toContainText(/\d/);
  return /[\d,.]+/.exec(await content.innerText())![0];
}

async function follow(page: Page, title: string, search: string) {
  const href = await panel(page, title).locator(`a[href*="${search}"]`).first().getAttribute('href');
  await page.goto(href!);
}

test('a card leads to as many rows as it counts', async ({ page }) => {
  await page.goto('/d/parley-en-channels?from=now-14d&to=now&var-channel=whatsapp');
  const count = await number(page, 'Sessions');
  const total = /Sent\s*([\d,]+)/;
  await expect(panel(page, 'Messages')).toContainText(total);
  const sent = total.exec(await panel(page, 'Messages').innerText())![1];
  const messages = await panel(page, 'Messages').locator('a').first().getAttribute('href');
  await follow(page, 'Sessions', 'session-initiation');
  await expect(page).toHaveURL(/from=now-14d&to=now.*var-channel=whatsapp/);
  expect(await number(page, 'Sends')).toBe(count);
  await page.goto(messages!);
  expect(await number(page, 'Total')).toBe(sent);
});
