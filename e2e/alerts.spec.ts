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

test('an alert rule made from the menu of a panel can be previewed, saved, and fires', async ({ page }) => {
  test.setTimeout(240_000);
  await page.goto('/d/parley-en-delivery-health?from=now-24h&to=now');
  const panel = page.getByTestId('data-testid Panel header Failure rate by line').first();
  await panel.hover();
  await page.getByTestId('data-testid Panel menu Failure rate by line').click();
  await page.getByText('More...').hover();
  await page.getByText('New alert rule').click();
  await expect(page).toHaveURL(/alerting\/new/);
  // Above any rate below 0, so that the rule fires for every line.
  const condition = page.getByTestId('data-testid alert-rule step-2');
  await condition.getByRole('spinbutton').last().fill('-1');
  const evaluated = page.waitForResponse((response) => response.url().endsWith('/api/v1/eval'));
  await page.getByRole('button', { name: 'Preview alert rule condition' }).click();
  const { results } = await (await evaluated).json();
  const answers = Object.values<{ status: number; error?: string; frames: object[] }>(results);
  expect(answers.map(({ error }) => error).filter(Boolean)).toEqual([]);
  expect(answers.map(({ status }) => status)).not.toContain(400);
  // A, its last value, and the condition have one frame for every line.
  const lines = answers.at(-1)!.frames.length;
  expect(lines).toBeGreaterThan(1);

  const name = `Failure rate by line ${Date.now()}`;
  await page.getByRole('textbox', { name: 'name' }).fill(name);
  await page.getByTestId('data-testid alert-rule new-evaluation-group-button').click();
  await page.getByTestId('data-testid alert-rule new-evaluation-group-name').fill(name);
  await page.getByTestId('data-testid alert-rule new-evaluation-group-interval').fill('10s');
  await page.getByTestId('data-testid alert-rule new-evaluation-group-create-button').click();
  await page.getByTestId('data-testid alert-rule step-4').getByRole('option', { name: 'None' }).first().click();
  await page.getByTestId('contact-point-picker').getByRole('combobox').click();
  await page.getByRole('option', { name: /^(empty|grafana-default-email)/ }).dispatchEvent('click');
  const saved = page.waitForResponse((r) => r.url().includes('/api/ruler/grafana/api/v1/rules/') && r.request().method() === 'POST');
  await page.getByTestId('save-rule').click();
  const { created } = await (await saved).json();
  try {
    const state = async () => {
      const answer = await page.request.get('/api/prometheus/grafana/api/v1/rules');
      const groups: Array<{ name: string; rules: Array<{ health: string; state: string; lastError?: string; alerts?: object[] }> }> =
        (await answer.json()).data.groups;
      const rule = groups.find((group) => group.name === name)?.rules.at(0);
      return rule && { health: rule.health, error: rule.lastError, state: rule.state, lines: rule.alerts?.length };
    };
    await expect.poll(state, { timeout: 90_000 }).toEqual({ health: 'ok', error: undefined, state: 'firing', lines });
  } finally {
    await page.request.delete(`/api/v1/provisioning/alert-rules/${created[0]}`, { headers: { 'X-Disable-Provenance': 'true' } });
  }
});
