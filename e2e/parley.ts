import { type Locator, type Page } from '@playwright/test';

export const PLUGIN = 'parley-conversations-datasource';
export const DATASOURCE = 'Parley';

/** Chooses what a search in a labelled combobox finds, or adds it to what is chosen there. */
export async function choose(within: Page | Locator, label: string | RegExp, search: string) {
  const page = 'page' in within ? within.page() : within;
  const box = within.getByRole('combobox', { name: label, exact: true });
  await box.click();
  await box.fill(search);
  // The list moves while it finds its place, and a click of the mouse may miss.
  await page.getByRole('option', { name: search }).first().dispatchEvent('click');
  // A choice of several stays open for the next; where it closes, the key would clear it.
  if ((await box.getAttribute('aria-expanded')) === 'true') {
    await box.press('Escape');
  }
}
