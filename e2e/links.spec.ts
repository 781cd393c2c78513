import { expect, type Locator, type Page, type Response, test } from '@playwright/test';
import { readFileSync } from 'fs';
import path from 'path';

const FILE = path.join(__dirname, '..', 'dashboards', 'en', 'session-initiation.json');

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
  // Days that are over: the numbers don't change between the pages.
  const DAYS = 'from=now-3d/d&to=now-1d/d';

  /** Opens one panel alone. */
  async function view(page: Page, title: string): Promise<Locator> {
    const { uid, panels }: Dashboard = JSON.parse(readFileSync(FILE, 'utf8'));
    const { id } = panels.find((p) => p.title === title)!;
    await page.goto(`/d/${uid}?${DAYS}&viewPanel=panel-${id}`);
    return panel(page, title);
  }

  test('a slice of a ring leads to as many rows as it counts', async ({ page }) => {
    const ring = await view(page, 'Latest status');
    const row = ring.getByRole('row').filter({ hasText: 'Read' });
    const read = count(/Read\s*([\d,]+)/.exec(await row.innerText())![1]);
    const href = await ring.locator('a[href*="var-status=read"]').first().getAttribute('href');
    expect(read).toBeGreaterThan(0);
    expect(await listed(page, href!)).toBe(read);
  });

  test('a bar leads to as many rows as it counts', async ({ page }) => {
    const bars = await view(page, 'Failure reasons');
    const bar = bars.locator('a[href*="failure_reason"]').first();
    const failed = count(await bar.innerText());
    expect(failed).toBeGreaterThan(0);
    expect(await listed(page, (await bar.getAttribute('href'))!)).toBe(failed);
  });

  test('a bar over time leads to the rows of its day', async ({ page }) => {
    const chart = (await view(page, 'Daily sends by latest status')).locator('.u-over');
    const { width, height } = (await chart.boundingBox())!;
    // The bottom of the second of three days.
    const position = { x: width * 0.45, y: height - 3 };
    await chart.hover({ position });
    await chart.click({ position });
    const tooltip = page.getByTestId('data-testid viz-tooltip-wrapper');
    const link = tooltip.getByRole('link').first();
    const href = (await link.getAttribute('href'))!;
    const status = /var-status=(\w+)/.exec(href)![1];
    const counted = new RegExp(`^${status}\\s+([\\d,]+)`, 'im').exec(await tooltip.innerText())!;
    const { searchParams } = new URL(href, page.url());
    expect(Number(searchParams.get('to')) - Number(searchParams.get('from'))).toBe(24 * 60 * 60 * 1000);
    expect(count(counted[1])).toBeGreaterThan(0);
    expect(await listed(page, href)).toBe(count(counted[1]));
  });

  test('a stage of the funnel leads to as many rows as it counts', async ({ page }) => {
    const funnel = (await view(page, 'Funnel')).locator('.u-over');
    const { width, height } = (await funnel.boundingBox())!;
    // The third of four bars.
    const position = { x: width * 0.5, y: height * 0.62 };
    await funnel.hover({ position });
    await funnel.click({ position });
    const tooltip = page.getByTestId('data-testid viz-tooltip-wrapper');
    await expect(tooltip).toContainText('Read');
    const read = count(/([\d,]+)/.exec((await tooltip.innerText()).replace(/^.*Notifications at stage/s, ''))![1]);
    const href = await tooltip.getByRole('link').first().getAttribute('href');
    expect(read).toBeGreaterThan(0);
    expect(await listed(page, href!)).toBe(read);
  });

  test('a send leads to its own rows, in every panel of the page', async ({ page }) => {
    test.setTimeout(240_000);
    const sends = await view(page, 'Latest sends');
    const links = sends.locator('a[href*="send|"][href*="var-status=sent&"]');
    await links.first().waitFor();
    const counts = (await links.allInnerTexts()).map(count);
    const counted = Math.max(...counts);
    const href = (await links.nth(counts.indexOf(counted)).getAttribute('href'))!;
    expect(counted).toBeGreaterThan(1);
    expect(await listed(page, href)).toBe(counted);
    // The whole page, filtered alike.
    await page.setViewportSize({ width: 1500, height: 2500 });
    await page.goto(href.replace(/viewPanel=[^&]+&/, ''));
    await panel(page, 'Latest session starts').getByRole('row').first().waitFor({ timeout: 120_000 });
    await expect(page.getByTestId('data-testid Panel loading bar')).toHaveCount(0);
    expect(count(await number(page, 'Sends'))).toBe(counted);
    expect(count(await number(page, 'Session starts'))).toBe(counted);
    for (const title of ['Latest sends', 'Templates']) {
      const rows = panel(page, title).getByRole('row').filter({ hasText: /\d/ });
      await expect(rows).toHaveCount(1);
      await expect(rows.getByRole('gridcell').filter({ hasText: new RegExp(`^${counted}$`) }).first()).toBeVisible();
    }
  });
});

interface Dashboard {
  uid: string;
  panels: Array<{ id: number; title: string }>;
}
