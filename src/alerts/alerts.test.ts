import { existsSync, readdirSync, readFileSync } from 'fs';
import path from 'path';

import { dashboards } from '../dashboards';
import { catalogTexts } from '../dashboards/catalog';
import { GROUPS } from './rules';
import { TEXTS } from './texts';
import { percent, THRESHOLDS } from './thresholds';
import { yaml } from './yaml';
import { alertRules } from '.';

const made = dashboards();
const files = [...alertRules(made)];
const catalog = catalogTexts('en');
const rules = GROUPS.flatMap((group) => group.rules);

it('matches the generated files', () => {
  for (const [file, text] of files) {
    const there = path.join(process.cwd(), file);
    expect({ file, same: existsSync(there) && readFileSync(there, 'utf8') === text }).toEqual({ file, same: true });
  }
});

it('provisions the rules of one language only', () => {
  const read = ['alerting', 'dashboards', 'datasources', 'plugins', 'access-control'];
  const provisioned = files.filter(([file]) => read.includes(file.split('/')[1]));
  expect(provisioned.map(([file]) => file)).toEqual(['provisioning/alerting/parley.yaml']);
  expect(readdirSync('provisioning/alerting')).toEqual(['parley.yaml']);
});

it('has unique uids, the same in every language', () => {
  expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
  for (const [, text] of files) {
    expect([...text.matchAll(/ uid: "(parley-[^"]+)"/g)].map(([, uid]) => uid).filter((uid) => uid !== 'parley-conversations-datasource')).toEqual(
      rules.map(({ uid }) => uid)
    );
  }
});

it.each(rules.map((rule) => [rule.id, rule] as const))('%s uses metrics and dimensions of the catalogue', (_, rule) => {
  for (const { metric, filters = [], from, to = 0 } of Object.values(rule.numbers)) {
    expect(catalog.metrics).toHaveProperty(metric);
    expect(from).toBeGreaterThan(to);
    expect(Object.keys(catalog.dimensions)).toEqual(
      expect.arrayContaining([rule.by, ...filters.map(({ dimension }) => dimension)])
    );
  }
});

it.each(rules.map((rule) => [rule.id, rule] as const))('%s uses only its own numbers', (_, rule) => {
  for (const expression of [rule.fires, ...Object.values(rule.computed ?? {})]) {
    const used = [...expression.matchAll(/\$(\w+)/g)].map(([, name]) => name);
    expect(Object.keys(rule.numbers)).toEqual(expect.arrayContaining(used));
  }
  expect(rule.fires).not.toContain('/');
});

describe.each(TEXTS.map((texts) => [texts.language, texts] as const))('%s', (language, texts) => {
  it.each(rules.map((rule) => [rule.id, rule] as const))('%s has texts with its own labels and numbers', (id, rule) => {
    const { title, summary, description } = texts.rules[id];
    expect(title).not.toContain('$');
    const known = [...Object.keys(rule.numbers), ...Object.keys(rule.computed ?? {})];
    for (const text of [summary, description]) {
      expect(known).toEqual(expect.arrayContaining([...text.matchAll(/\$values\.(\w+)/g)].map(([, name]) => name)));
      expect([rule.by, `${rule.by}_name`]).toEqual(
        expect.arrayContaining([...text.matchAll(/\$labels\.(\w+)/g)].map(([, name]) => name))
      );
      // Neither template nor JavaScript would replace these.
      expect(text.replace(/\{\{[^{}]+\}\}/g, '')).not.toMatch(/[{}$]|undefined|NaN/);
    }
  });

  it('links to dashboards of its language with a variable for the label', () => {
    const text = new Map(files).get(`provisioning/alerting${language === 'en' ? '' : `-${language}`}/parley.yaml`)!;
    const links = [...text.matchAll(/dashboard: "\{\{ externalURL \}\}d\/([\w-]+)\?from=.*&var-(\w+)=/g)];
    expect(links).toHaveLength(rules.length);
    for (const [, uid, variable] of links) {
      const [, slug] = uid.match(/^parley-(?:en|es|pt)-(.+)$/)!;
      const dashboard = JSON.parse(made.get(`${language}/${slug}.json`)!);
      expect(dashboard.uid).toBe(uid);
      expect(dashboard.templating.list.map(({ name }: { name: string }) => name)).toContain(variable);
    }
  });
});

it('documents the current thresholds', () => {
  const docs = readFileSync('docs/alerts.md', 'utf8').split('\n');
  const { failed, undelivered, spam, unattended, answers, csat } = THRESHOLDS;
  const own = { failedByLine: failed, failedByTemplate: failed, undelivered, spam, unattended, answers, csat };
  for (const { id, uid, by, severity } of rules) {
    const row = docs.find((line) => line.includes(`(\`${uid}\`)`));
    expect(row).toMatch(new RegExp(`^\\| ${TEXTS[0].rules[id].title} .*\\| ${by} \\| ${severity} \\|$`));
    for (const value of Object.values<number>(own[id])) {
      expect(row).toMatch(new RegExp(`\\b${value < 1 ? percent(value, 'en') : value}`));
    }
  }
});

it('formats YAML', () => {
  expect(yaml({ a: 1, b: 'say "x": y', c: undefined, d: ['p', 2], e: [{ f: 'g', h: { i: 3 } }, { j: [] }] })).toBe(
    ['', 'a: 1', 'b: "say \\"x\\": y"', 'd: ["p",2]', 'e:', '  - f: "g"', '    h:', '      i: 3', '  - j: []', ''].join('\n')
  );
});
