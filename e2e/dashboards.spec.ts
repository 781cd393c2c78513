import { expect, type Page, type Request, test } from '@playwright/test';
import { readdirSync, readFileSync } from 'fs';
import path from 'path';

interface Dashboard {
  uid: string;
  title: string;
  panels: Array<{ type: string; title: string }>;
}

/** Goes on after a failure. */
const eventually = expect.configure({ soft: true });

/** The widths of a window of 1500 and of 1280 px beside Grafana's menu, and of a phone. */
const WIDTHS = [1200, 980, 390];

const FOLDER = path.join(__dirname, '..', 'dashboards');

for (const language of readdirSync(FOLDER)) {
  const files = readdirSync(path.join(FOLDER, language));

  // One page for all: a browser that starts anew reads Grafana anew.
  test(`the dashboards in ${language} show data in every panel, and fit every window`, async ({ page }) => {
    test.setTimeout(files.length * 90_000);
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
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: width < 500 ? 12_000 : 7000 });
          await page.waitForFunction(isLaidOut, width);
          await eventually.poll(() => misfits(page), { message: `${title} at ${width} px`, timeout: 5000 }).toEqual([]);
        }
        await page.setViewportSize({ width: 1440, height: 7000 });
        expect.soft(thrown.splice(0), title).toEqual([]);
      });
    }
  });
}

/** Whether the grid of panels has the width of the window. */
function isLaidOut(width: number): boolean {
  const grid = document.querySelector('.react-grid-layout');
  return Boolean(grid && grid.clientWidth > 0 && grid.clientWidth <= width && grid.clientWidth > width - 100);
}

/** The titles of panels that are cut, and the panels that cover another one or reach beyond the window. */
function misfits(page: Page): Promise<string[]> {
  return page.locator('[data-testid^="data-testid Panel header"]').evaluateAll((panels) => {
    const placed = panels.map((panel) => ({
      name: panel.getAttribute('data-testid')!.replace('data-testid Panel header ', ''),
      isCut: [...panel.querySelectorAll('h2')].some((title) => title.scrollWidth > title.clientWidth + 1),
      box: panel.getBoundingClientRect(),
    }));
    const covers = (box: DOMRect, other: DOMRect) =>
      Math.min(box.right, other.right) - Math.max(box.left, other.left) > 1 &&
      Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 1;
    return placed.flatMap(({ name, isCut, box }, at) => [
      ...(isCut ? [`${name} is cut`] : []),
      ...(box.right > window.innerWidth ? [`${name} reaches beyond the window`] : []),
      ...placed.slice(at + 1).flatMap((other) => (covers(box, other.box) ? [`${name} covers ${other.name}`] : [])),
    ]);
  });
}
