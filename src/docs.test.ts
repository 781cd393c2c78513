import { existsSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';

const pages = ['README.md', 'CHANGELOG.md', ...readdirSync('docs').filter((file) => file.endsWith('.md')).map((file) => join('docs', file))];

/** The page without its examples of code, in which brackets mean something else. */
const textOf = (page: string) => readFileSync(page, 'utf8').replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');

const linksIn = (page: string) =>
  [...textOf(page).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
    .map(([, markdown, html]) => markdown ?? html)
    .filter((link) => !/^[a-z]+:/.test(link));

/** What GitHub makes of a heading. */
const anchorsOf = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-')
  );

it.each(pages)('%s links to what there is', (page) => {
  const broken = linksIn(page).filter((link) => {
    const [path, anchor] = link.split('#');
    const file = path ? join(page, '..', path) : page;
    return !existsSync(file) || (anchor && !anchorsOf(file).includes(anchor));
  });
  expect(broken).toEqual([]);
});

it('shows every picture', () => {
  const shown = pages.flatMap((page) => linksIn(page).map((link) => join(page, '..', link)));
  const pictures = readdirSync('docs/img', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(pictures.map((entry) => join(entry.parentPath, entry.name)).filter((file) => !shown.includes(file))).toEqual([]);
});

it('lists every page in the README', () => {
  expect(pages.filter((page) => page.startsWith('docs') && !linksIn('README.md').includes(page))).toEqual([]);
});
