import { type Locator, type Page } from '@playwright/test';

export const PLUGIN = 'parley-conversations-datasource';
export const DATASOURCE = 'Parley';

/** Chooses the first option that a search in a labelled combobox of ours finds. */
export async function choose(within: Page | Locator, label: string, search: string) {
  const page = 'page' in within ? within.page() : within;
  await within.getByRole('combobox', { name: label }).click();
  await page.keyboard.type(search);
  await page.getByRole('option', { name: search }).first().click();
  // A choice of several stays open for the next.
  await page.keyboard.press('Escape');
}
