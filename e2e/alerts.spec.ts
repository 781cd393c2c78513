import { expect, test } from '@playwright/test';

import { choose } from './parley';

test('an alert rule watches one number, which its preview shows', async ({ page }) => {
  await page.goto('/alerting/new/alerting');
  await expect(page.getByRole('combobox', { name: 'Metric', exact: true })).toHaveValue('Failure rate');
  await choose(page, 'Metric', 'Outbound messages');
  await choose(page, 'Group by', 'Channel');
  const evaluated = page.waitForResponse((response) => response.url().endsWith('/api/v1/eval'));
  await page.getByRole('button', { name: 'Preview alert rule condition' }).click();
  const { results } = await (await evaluated).json();
  expect(Object.values<{ status: number }>(results).map(({ status }) => status)).not.toContain(400);
  await expect(page.getByText('{channel="whatsapp"}').first()).toBeVisible();
  await expect(page.getByText('Firing').first()).toBeVisible();
});

test('an alert rule made from the menu of a panel can be previewed', async ({ page }) => {
  await page.goto('/d/parley-en-delivery-health?from=now-24h&to=now');
  const panel = page.getByTestId('data-testid Panel header Failure rate by line').first();
  await panel.hover();
  await page.getByTestId('data-testid Panel menu Failure rate by line').click();
  await page.getByText('More...').hover();
  await page.getByText('New alert rule').click();
  await expect(page).toHaveURL(/alerting\/new/);
  const evaluated = page.waitForResponse((response) => response.url().endsWith('/api/v1/eval'));
  await page.getByRole('button', { name: 'Preview alert rule condition' }).click();
  const { results } = await (await evaluated).json();
  const answers = Object.values<{ status: number; error?: string }>(results);
  expect(answers.map(({ error }) => error).filter(Boolean)).toEqual([]);
  expect(answers.map(({ status }) => status)).not.toContain(400);
});
