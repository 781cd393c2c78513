import { expect, type Locator, type Page, test } from '@playwright/test';
import { readFileSync } from 'fs';
import { inflateRawSync } from 'zlib';

import { PLUGIN } from './parley';

/** The parts of a ZIP archive such as an Excel file, by name. */
function unzip(file: Buffer): Map<string, string> {
  const parts = new Map<string, string>();
  // The directory is at the end: its entries have the sizes.
  let at = file.readUInt32LE(file.lastIndexOf(Buffer.from('PK\x05\x06')) + 16);
  while (file.readUInt32LE(at) === 0x02014b50) {
    const [method, size] = [file.readUInt16LE(at + 10), file.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset));
    const header = file.readUInt32LE(at + 42);
    const begin = header + 30 + file.readUInt16LE(header + 26) + file.readUInt16LE(header + 28);
    const data = file.subarray(begin, begin + size);
    const title = file.toString('utf8', at + 46, at + 46 + name);
    parts.set(title, (method === 8 ? inflateRawSync(data) : data).toString('utf8'));
    at += 46 + name + extra + comment;
  }
  return parts;
}

/** Clicks a link at the top of a dashboard and returns its file. */
async function download(page: Page, name: string) {
  const link = page.getByRole('link', { name, exact: true });
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
}

/** The rows of the first sheet of a workbook: texts and numbers. */
function summary(content: Buffer): string[][] {
  const parts = unzip(content);
  const texts = [...parts.get('xl/sharedStrings.xml')!.matchAll(/<si>(.*?)<\/si>/gs)].map(([, item]) =>
    item.replace(/<[^>]*>/g, '').replaceAll('&amp;', '&').replaceAll('&#34;', '"').replaceAll('&lt;', '<')
  );
  return [...parts.get('xl/worksheets/sheet1.xml')!.matchAll(/<row.*?<\/row>/gs)].map(([row]) =>
    [...row.matchAll(/<c ([^>]*)>(?:<v>(.*?)<\/v>)?/g)].map(([, attributes, value = '']) =>
      attributes.includes('t="s"') ? texts[Number(value)] : value
    )
  );
}

test('a dashboard is saved as Excel with the filters and the range on the screen', async ({ page }) => {
  await page.goto('/d/parley-en-channels?from=now-7d%2Fd&to=now-1d%2Fd&timezone=America%2FSao_Paulo&var-channel=whatsapp');
  const card = page.getByTestId('data-testid Panel header Messages').first();
  const sent = /Sent\s*([\d,]+)/;
  await expect(card).toContainText(sent);
  const shown = sent.exec(await card.innerText())![1];
  const file = await download(page, 'Excel');
  expect(file.name).toMatch(/^channels_\d{4}-\d{2}-\d{2}_\d{4}-\d{2}-\d{2}\.xlsx$/);
  const rows = summary(file.content);
  expect(rows[0]).toEqual(['Channels']);
  expect(rows).toContainEqual(['Channel', 'WhatsApp']);
  expect(rows).toContainEqual(['Time zone', 'America/Sao_Paulo']);
  expect(rows.find(([name]) => name === 'Messages: Sent')![1]).toBe(shown.replaceAll(',', ''));
  expect(rows.at(-1)![0]).toMatch(/^Complete: /);
  expect(rows.find(([name]) => name === 'Time range')![1]).toMatch(/^\d{4}-\d{2}-\d{2} – \d{4}-\d{2}-\d{2}$/);
});

test('a filter with special characters reaches the file', async ({ page }) => {
  const value = 'a__gfp__b & "c"__gfc__ñ=é#1 %41';
  const filter = encodeURIComponent(`contact_tag|!=|${value.replaceAll('#', '__gfh__')}`);
  await page.goto(`/d/parley-es-channels?from=now-7d&to=now&var-filters=${filter}`);
  await expect(page.getByTestId('data-testid Panel header Mensajes').first()).toContainText(/\d/);
  const rows = summary((await download(page, 'Excel')).content);
  expect(rows).toContainEqual(['Etiqueta del contacto', 'excepto a|b & "c",ñ=é#1 %41']);
});

test('a dashboard is saved as PDF', async ({ page }) => {
  await page.goto('/d/parley-pt-overview?from=now-2d&to=now');
  const { name, content } = await download(page, 'PDF');
  expect(name).toMatch(/^visão-geral_.*\.pdf$/);
  expect(content.toString('latin1')).toMatch(/^%PDF-[\s\S]*%%EOF\s*$/);
});

/** The file that a link leads to, which would open in a window of its own. */
async function fetched(page: Page, link: Locator): Promise<string> {
  const response = await page.request.get((await link.getAttribute('href'))!);
  expect(response.headers()['content-disposition']).toMatch(/^attachment/);
  return response.text();
}

/** The rows of a CSV or TSV file, without the head and the line that says whether it is complete. */
const rows = (content: string) => content.trimEnd().split(/\r?\n/).slice(1, -1);

test('a list is saved with all of its rows from the menu of its panel', async ({ page }) => {
  await page.goto('/d/parley-en-messages-sent?from=now-14d&to=now&var-status=failed');
  const total = page.getByTestId('data-testid Panel header Total').first();
  await expect(total).toContainText(/\d/);
  const count = Number(/[\d,]+/.exec(await total.getByTestId('data-testid panel content').innerText())![0].replaceAll(',', ''));
  const list = page.getByTestId('data-testid Panel header Latest messages').first();
  await list.scrollIntoViewIfNeeded();
  await list.getByRole('button', { name: 'Panel links' }).click();
  const content = await fetched(page, page.getByRole('link', { name: /CSV/ }));
  expect(rows(content)).toHaveLength(count);
});

test('a query in Explore is saved with all of its rows', async ({ page }) => {
  const query = { refId: 'A', version: 1, datasource: { type: PLUGIN, uid: 'parley' }, report: 'message_details_sent', limit: 5 };
  const panes = { a: { datasource: 'parley', queries: [query], range: { from: 'now-14d', to: 'now' } } };
  await page.goto(`/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`);
  await page.getByRole('button', { name: 'Download' }).click();
  const content = await fetched(page, page.getByRole('link', { name: 'TSV, all columns' }));
  expect(content.split('\t')).toContain('Message ID');
  expect(rows(content)).toHaveLength(5);
});
