import { defineConfig } from '@playwright/test';
import { type PluginOptions } from '@grafana/plugin-e2e';

import { findBrowser } from './browser';

const executablePath = findBrowser();
if (!process.env.GRAFANA_URL || !executablePath) {
  throw new Error(
    'The browser tests need a Chromium (`npx playwright install chromium`) and a Grafana with the demo in it: ' +
      '`GRAFANA_HOME=… go tool mage test` starts one; GRAFANA_URL is the address of one that runs.'
  );
}

export default defineConfig<PluginOptions>({
  testDir: '.',
  outputDir: '../.cache/browser-tests',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  workers: 2,
  // A machine may be slow, or busy with something else; no test waits longer than it has to.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    baseURL: process.env.GRAFANA_URL,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    launchOptions: { executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] },
  },
});
