import { expect, test } from '@grafana/plugin-e2e';

import { choose, DATASOURCE } from './parley';

test('a variable offers the values of a dimension, narrowed by another', async ({ variableEditPage, page }) => {
  await variableEditPage.setVariableType('Query');
  await variableEditPage.datasource.set(DATASOURCE);
  await choose(page, 'Dimension', 'Line');
  await variableEditPage.runQuery();
  await expect(variableEditPage).toDisplayPreviews(['Correo posventa', 'WhatsApp Brasil']);
  await page.getByRole('button', { name: 'Add filter' }).click();
  await choose(page, 'Filter by', 'Channel');
  await choose(page, 'Values', 'Email');
  await variableEditPage.runQuery();
  await expect(page.getByText('WhatsApp Brasil')).toHaveCount(0);
  await expect(variableEditPage).toDisplayPreviews(['Correo posventa']);
});
