import { expect, test } from '@grafana/plugin-e2e';
import { type Page } from '@playwright/test';

import { choose, PLUGIN } from './parley';

// What the demo's own data source is provisioned with.
const { PARLEY_HOST, PARLEY_PORT, PARLEY_DATABASE, PARLEY_USER, PARLEY_PASSWORD, PARLEY_SCHEMA } = process.env;

async function fill(page: Page, port: string) {
  await page.getByLabel('Host *').fill(PARLEY_HOST ?? '');
  await page.getByRole('spinbutton', { name: 'Port' }).fill(port);
  await page.getByLabel('Database *').fill(PARLEY_DATABASE ?? '');
  await page.getByLabel('User *').fill(PARLEY_USER ?? '');
  await page.getByLabel('Password').fill(PARLEY_PASSWORD || 'not asked for');
  await page.getByLabel('Schema').fill(PARLEY_SCHEMA ?? '');
  await choose(page, /^TLS mode/, 'prefer');
}

test.describe('the settings', () => {
  test.skip(!PARLEY_HOST, 'PARLEY_HOST and its like are not set: which database to write into the settings is not known');

  test('are saved and found to work', async ({ createDataSourceConfigPage, page }) => {
    const settings = await createDataSourceConfigPage({ type: PLUGIN });
    await fill(page, PARLEY_PORT ?? '');
    await choose(page, /^Time zone/, 'America/Sao_Paulo');
    await expect(settings.saveAndTest()).toBeOK();
    await expect(settings).toHaveAlert('success', { hasText: /Connected to PostgreSQL .* Latest message:/ });
    await page.reload();
    await expect(page.getByLabel('Schema')).toHaveValue(PARLEY_SCHEMA ?? '');
    await expect(page.getByRole('combobox', { name: 'Time zone' })).toHaveValue('America/Sao_Paulo');
    await expect(page.getByLabel('Password')).toHaveValue('configured');
  });

  test('say what is wrong', async ({ createDataSourceConfigPage, page }) => {
    const settings = await createDataSourceConfigPage({ type: PLUGIN });
    await fill(page, '1');
    await expect(settings.saveAndTest()).not.toBeOK();
    await expect(settings).toHaveAlert('error', { hasText: /The database cannot be reached: check the host and port/ });
    await page.getByRole('spinbutton', { name: 'Port' }).fill(PARLEY_PORT ?? '');
    await page.getByLabel('Schema').fill('nowhere');
    await expect(settings.saveAndTest()).not.toBeOK();
    await expect(settings).toHaveAlert('error', { hasText: /the schema nowhere does not exist; the schema .* has the tables of Parley views/ });
  });

  test('refuse a port and a scheme in the host, and a chat URL that is not one', async ({ createDataSourceConfigPage, page }) => {
    await createDataSourceConfigPage({ type: PLUGIN });
    await page.getByLabel('Host *').fill('https://db.example.com:5432');
    await expect(page.getByText(/^Enter the host without scheme or port/)).toBeVisible();
    await page.getByLabel('Chat URL template').fill('not a url');
    await expect(page.getByText(/^Enter a URL that starts with https/)).toBeVisible();
    await page.getByLabel('Chat URL template').fill('https://chat.example.com/{foo}');
    await expect(page.getByText(/^Unknown placeholder {foo}/)).toBeVisible();
  });

  for (const [kind, field] of [
    ['Chatwoot', 'Account'],
    ['Evolution API', 'Account'],
    ['Ticketz', 'Account'],
    ['WhatsApp webhooks', 'Payload column'],
  ]) {
    test(`say that the database is not of ${kind}`, async ({ createDataSourceConfigPage, page }) => {
      const settings = await createDataSourceConfigPage({ type: PLUGIN });
      await choose(page, /^Database type/, kind);
      await fill(page, PARLEY_PORT ?? '');
      await expect(page.getByRole('textbox', { name: new RegExp(`^${field}`) })).toBeVisible();
      await expect(settings.saveAndTest()).not.toBeOK();
      const missing = kind === 'WhatsApp webhooks' ? 'table whatsapp_webhook' : `tables of ${kind}`;
      await expect(settings).toHaveAlert('error', { hasText: `has no ${missing}; the schema` });
      await expect(settings).toHaveAlert('error', { hasText: 'has the tables of Parley views' });
    });
  }
});
