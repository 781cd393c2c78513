import { expect, test } from '@grafana/plugin-e2e';
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
      const broken: string[] = [];
      page.on('pageerror', (error) => broken.push(String(error)));
      await page.goto(`/d/${uid}?kiosk`);
      for (const panel of panels.filter(({ type }) => type !== 'row')) {
        const shown = page.getByTestId(`data-testid Panel header ${panel.title}`).first();
        await expect(shown).toBeVisible();
        await expect(shown.getByLabel('Panel loading bar')).toHaveCount(0);
        await expect(shown.getByTestId('data-testid Panel status error'), `${panel.title} has an error`).toHaveCount(0);
        await expect(shown.getByText('No data', { exact: true }), `${panel.title} is empty`).toHaveCount(0);
      }
      expect(broken).toEqual([]);
    });
  }
}
