import { expect, test } from '@playwright/test';
import { readdirSync, readFileSync } from 'fs';
import path from 'path';

interface Dashboard {
  uid: string;
  title: string;
  panels: Array<{ type: string; title: string }>;
}

const FOLDER = path.join(__dirname, '..', 'dashboards');

for (const language of readdirSync(FOLDER)) {
  for (const file of readdirSync(path.join(FOLDER, language))) {
    const { uid, title, panels }: Dashboard = JSON.parse(readFileSync(path.join(FOLDER, language, file), 'utf8'));

    test(`${title} (${language}) shows data in every panel`, async ({ page }) => {
      // So high that no panel waits to be scrolled to.
      await page.setViewportSize({ width: 1440, height: 7000 });
      const thrown: string[] = [];
      page.on('pageerror', (error) => thrown.push(String(error)));
      const running = new Set<unknown>();
      page.on('request', (request) => request.url().includes('/api/ds/query') && running.add(request));
      page.on('requestfinished', (request) => running.delete(request));
      page.on('requestfailed', (request) => running.delete(request));

      await page.goto(`/d/${uid}?kiosk`);
      for (const panel of panels.filter(({ type }) => type !== 'row')) {
        const shown = page.getByTestId(`data-testid Panel header ${panel.title}`).first();
        await expect(shown.getByTestId('data-testid panel content'), panel.title).not.toBeEmpty();
      }
      await expect.poll(() => running.size).toBe(0);
      await expect(page.getByTestId('data-testid Panel status error')).toHaveCount(0);
      await expect(page.getByText('No data', { exact: true })).toHaveCount(0);
      expect(thrown).toEqual([]);
    });
  }
}
