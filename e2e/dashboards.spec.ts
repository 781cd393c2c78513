import { expect, type Request, test } from '@playwright/test';
import { readdirSync, readFileSync } from 'fs';
import path from 'path';

interface Dashboard {
  uid: string;
  title: string;
  panels: Array<{ type: string; title: string }>;
}

const FOLDER = path.join(__dirname, '..', 'dashboards');

for (const language of readdirSync(FOLDER)) {
  const files = readdirSync(path.join(FOLDER, language));

  // One page for all: a browser that starts anew reads Grafana anew.
  test(`the dashboards in ${language} show data in every panel`, async ({ page }) => {
    test.setTimeout(files.length * 60_000);
    // So high that no panel waits to be scrolled to.
    await page.setViewportSize({ width: 1440, height: 7000 });
    const thrown: string[] = [];
    page.on('pageerror', (error) => thrown.push(String(error)));
    const running = new Set<Request>();
    page.on('request', (request) => request.url().includes('/api/ds/query') && running.add(request));
    page.on('requestfinished', (request) => running.delete(request));
    page.on('requestfailed', (request) => running.delete(request));

    for (const file of files) {
      const { uid, title, panels }: Dashboard = JSON.parse(readFileSync(path.join(FOLDER, language, file), 'utf8'));
      await test.step(title, async () => {
        await page.goto(`/d/${uid}?kiosk`);
        for (const panel of panels.filter(({ type }) => type !== 'row')) {
          const shown = page.getByTestId(`data-testid Panel header ${panel.title}`).first();
          const drawn = shown.getByTestId('data-testid panel content').locator('*').first();
          await expect.soft(drawn, panel.title).toBeAttached();
        }
        await expect.poll(() => running.size).toBe(0);
        await expect.soft(page.getByTestId('data-testid Panel status error'), title).toHaveCount(0);
        await expect.soft(page.getByText('No data', { exact: true }), title).toHaveCount(0);
        expect.soft(thrown.splice(0), title).toEqual([]);
      });
    }
  });
}
