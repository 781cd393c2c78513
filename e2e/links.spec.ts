import { expect, type Page, type Response, test } from '@playwright/test';

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

const count = (text: string) => Number(text.replace(/\D/g, ''));

/** How many rows a link leads to: those of the list, or the total where its notice says that some are missing. */
async function listed(page: Page, href: string): Promise<number> {
  const isList = (response: Response) =>
    response.url().includes('/api/ds/query') && Boolean(response.request().postData()?.includes('_details'));
  const answered = page.waitForResponse(isList);
  await page.goto(href);
  const { results } = await (await answered).json();
  const [{ schema, data }] = results.A.frames;
  const notices: Array<{ text: string }> = schema.meta?.notices ?? [];
  const cut = /of ([\d,]+) rows/.exec(notices.map(({ text }) => text).join(' '));
  return cut ? count(cut[1]) : (data.values[0]?.length ?? 0);
}

test.describe('in Session starts', () => {
  test.beforeEach(async ({ page }) => {
    await page.setViewportSize({ width: 1500, height: 3000 });
    // Days that are over: the numbers don't change between the pages.
    await page.goto('/d/parley-en-session-initiation?from=now-3d/d&to=now-1d/d');
  });

  test('a slice of a ring leads to as many rows as it counts', async ({ page }) => {
    const ring = panel(page, 'Latest status');
    const row = ring.getByRole('row').filter({ hasText: 'Read' });
    const read = count(/Read\s*([\d,]+)/.exec(await row.innerText())![1]);
    const href = await ring.locator('a[href*="var-status=read"]').first().getAttribute('href');
    expect(read).toBeGreaterThan(0);
    expect(await listed(page, href!)).toBe(read);
  });
});
