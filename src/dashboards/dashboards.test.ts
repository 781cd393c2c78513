import { type Dashboard, type Panel, type RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { readdirSync, readFileSync } from 'fs';
import path from 'path';

import { type Filter, NONE, type ParleyQuery } from '../types';
import { type CatalogTexts, catalogTexts, type Language, LANGUAGES } from './catalog';
import { dashboards, MANIFEST } from '.';
import { SAVED_VIEW } from './dashboard';
import { COLUMNS } from './layout';
import { OPEN_LIST, OPEN_REPORT } from './links';
import { PLUGIN_ID } from './query';

const ROOT = path.join(process.cwd(), 'dashboards');

const made = [...dashboards()];
const isPublic = (file: string) => file.endsWith('-public.json');
const files = made.filter(([file]) => !isPublic(file));

const KNOWN_KEYS = [
  ...['refId', 'datasource', 'version', 'report', 'metrics', 'groupBy', 'bucket', 'filters', 'compare', 'language'],
  ...['format', 'columns', 'orderBy', 'limit'],
];

it('stands in the checkout as its code makes it', () => {
  const there = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  expect(there.map((file) => file.split(path.sep).join('/')).sort()).toEqual(made.map(([file]) => file).sort());
  for (const [file, text] of made) {
    expect({ file, same: readFileSync(path.join(ROOT, file), 'utf8') === text }).toEqual({ file, same: true });
  }
});

it('is offered for import by the manifest', () => {
  const { includes } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  expect(includes).toEqual(
    files.map(([file, text]) => ({
      type: 'dashboard',
      name: `${JSON.parse(text).title} (${file.slice(0, 2).toUpperCase()})`,
      path: `import/${file}`,
    }))
  );
});

it('has the same dashboards in every language', () => {
  const of = (language: string) =>
    made.map(([file]) => file.split('/')).flatMap(([in_, name]) => (in_ === language ? [name] : []));
  for (const language of LANGUAGES) {
    expect({ language, names: of(language) }).toEqual({ language, names: of('en') });
  }
});

it('asks the same questions in every language', () => {
  const questions = (text: string) =>
    JSON.parse(text).panels.flatMap(({ targets }: Panel) => (targets ?? []).map((query) => ({ ...query, language: '' })));
  for (const [file, text] of made) {
    const [, english] = made.find(([name]) => name === `en/${file.split('/')[1]}`)!;
    expect({ file, questions: questions(text) }).toEqual({ file, questions: questions(english) });
  }
});

it('gives every dashboard a title of its own, whatever the language', () => {
  // Grafana takes two bundled dashboards for one where their titles differ by no
  // more than accents, case and signs.
  const slugs = made.map(([, text]) => {
    const { title }: Dashboard = JSON.parse(text);
    return title!.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\W+/g, '-');
  });
  expect(slugs.filter((slug, at) => slugs.indexOf(slug) !== at)).toEqual([]);
});

it('has the list of open conversations where links to it lead', () => {
  for (const [file, text] of made.filter(([file]) => file.endsWith('/conversations.json'))) {
    const { panels }: Dashboard = JSON.parse(text);
    const list = panels!.find(({ id }) => id === OPEN_LIST) as Panel;
    expect({ file, targets: list.targets }).toMatchObject({ file, targets: [{ report: OPEN_REPORT }] });
  }
});

describe.each(made.filter(([file]) => isPublic(file)))('%s', (file, text) => {
  const dashboard: Dashboard = JSON.parse(text);
  const original: Dashboard = JSON.parse(made.find(([name]) => name === file.replace('-public', ''))![1]);
  const panels = (dashboard.panels as Panel[]).filter(({ type }) => type !== 'row');

  it('has an address and a title of its own', () => {
    expect(dashboard).toMatchObject({ uid: `${original.uid}-public`, tags: original.tags });
    expect(dashboard.title).not.toBe(original.title);
  });

  it('depends on no variable and leads nowhere', () => {
    expect(text).not.toMatch(/\$\{?\w/);
    expect(text).not.toContain('/d/');
    expect(dashboard).toMatchObject({ templating: { list: [] }, links: [] });
  });

  it('shows all panels of the other one, of the data source that is provisioned', () => {
    expect(dashboard.panels!.map(({ id }) => id)).toEqual(original.panels!.map(({ id }) => id));
    for (const { datasource, targets } of panels) {
      expect(datasource).toEqual({ type: PLUGIN_ID, uid: 'parley' });
      for (const query of targets as unknown as ParleyQuery[]) {
        expect(query.datasource).toEqual(datasource);
      }
    }
  });
});

describe.each(files)('%s', (file, text) => {
  const [language, name] = file.replace('.json', '').split('/');
  const catalog = catalogTexts(language as Language);
  const dashboard: Dashboard = JSON.parse(text);
  const all = dashboard.panels as Array<Panel | RowPanel>;
  const panels = all.filter((panel): panel is Panel => panel.type !== 'row');
  const queries = panels.flatMap((panel) =>
    ((panel.targets ?? []) as unknown as ParleyQuery[]).map((query) => ({ panel, query }))
  );
  const variables = dashboard.templating.list!;

  it('has an address and tags of its own', () => {
    const tag = `parley-${language.slice(0, 2)}`;
    expect(dashboard).toMatchObject({ uid: `${tag}-${name}`, tags: ['parley', tag] });
    const kept = { keepTime: true, includeVars: true };
    const saved = { tags: [SAVED_VIEW], asDropdown: true, keepTime: false, includeVars: false };
    expect(dashboard.links).toMatchObject([{ tags: [tag], asDropdown: true, ...kept }, saved, kept, kept]);
  });

  it('links to files of itself', () => {
    const urls = dashboard.links!.slice(2).map(({ url }) => new URL(url!, 'http://grafana'));
    expect(urls.map(({ searchParams }) => Object.fromEntries(searchParams))).toEqual(
      ['xlsx', 'pdf'].map((format) => ({ format, dashboard: name, language, timezone: '${__timezone}' }))
    );
  });

  it('puts every panel on the grid, and none over another', () => {
    const taken = new Map<string, number>();
    for (const { id, gridPos } of all) {
      const { x, y, w, h } = gridPos!;
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + w).toBeLessThanOrEqual(COLUMNS);
      for (let column = x; column < x + w; column++) {
        for (let row = y; row < y + h; row++) {
          expect({ id, over: taken.get(`${column}:${row}`) }).toEqual({ id, over: undefined });
          taken.set(`${column}:${row}`, id!);
        }
      }
    }
  });

  it('numbers its panels', () => {
    const ids = all.map(({ id }) => id);
    expect(ids.every(Boolean)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says what every panel shows', () => {
    for (const { title, description } of panels) {
      expect(title).toMatch(/\S/);
      expect(description).toMatch(/\S/);
      expect(description).not.toContain('undefined');
    }
  });

  it('asks our data source in the words of the catalogue', () => {
    const silent = panels.filter(({ targets }) => !targets?.length).map(({ type }) => type);
    expect(silent.filter((type) => type !== 'alertlist')).toEqual([]);
    for (const { panel, query } of queries) {
      expect(panel.datasource).toEqual({ type: PLUGIN_ID, uid: '${datasource}' });
      expect(query.datasource).toEqual(panel.datasource);
      expect(query.language).toBe(language);
      expect(KNOWN_KEYS).toEqual(expect.arrayContaining(Object.keys(query)));
      expect(Object.keys(catalog.metrics)).toEqual(expect.arrayContaining(query.metrics ?? []));
      expect(Object.keys(catalog.dimensions)).toEqual(expect.arrayContaining(query.groupBy ?? []));
      expect(Object.keys(catalog.dimensions)).toEqual(expect.arrayContaining(query.filters!.map((f) => f.dimension)));
      expect([...Object.keys(catalog.columns), ...Object.keys(catalog.dimensions)]).toEqual(
        expect.arrayContaining(query.columns ?? [])
      );
      expect(Object.keys(catalog.reports)).toEqual(expect.arrayContaining(query.report ? [query.report] : []));
      expect(fieldsOf(query)).toEqual(expect.arrayContaining(query.orderBy?.map(({ by }) => by) ?? []));
    }
  });

  it('marks events of the same choices, where a chart can show them', () => {
    const chosen = variables.filter(({ type }) => ['query', 'textbox'].includes(type)).map(({ name }) => name);
    const { list = [] } = dashboard.annotations;
    for (const { name, datasource, target } of list) {
      const { report, filters } = target as unknown as ParleyQuery;
      expect(name).toBe(catalog.reports[report!].title);
      expect(datasource).toEqual({ type: PLUGIN_ID, uid: '${datasource}' });
      expect(filters).toEqual(chosen.map(byVariable));
    }
    expect(list.length === 0 || panels.some(({ type }) => type === 'timeseries')).toBe(true);
  });

  it('formats only fields that its queries answer with', () => {
    for (const panel of panels) {
      const fields = fieldsOfPanel(panel, catalog);
      for (const { matcher } of panel.fieldConfig?.overrides ?? []) {
        if (matcher.id === 'byName') {
          expect([...fields, ...metricTitles(panel, catalog)]).toContain(matcher.options);
        }
      }
    }
  });

  it('calls no variable as the catalogue calls something else', () => {
    for (const { name, label } of variables) {
      const others = Object.entries(catalog.dimensions).filter(([id]) => id !== name);
      expect(others.map(([, { title }]) => title)).not.toContain(label);
    }
  });

  it('refers only to variables that it has', () => {
    const known = ['__url_time_range', '__from', '__to', '__timezone', '__data', '__value', '__field', ...variables.map(({ name }) => name)];
    const used = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name).filter((name) => name !== '__all');
    expect(known).toEqual(expect.arrayContaining(used));
  });

  it('leads to dashboards of its language, and chooses only what they let choose', () => {
    for (const [url] of text.matchAll(/\/d\/[^"]+/g)) {
      const [, uid] = /^\/d\/([^?]+)/.exec(url)!;
      const there = files.map(([, other]): Dashboard => JSON.parse(other)).find((other) => other.uid === uid);
      expect({ url, tags: there?.tags }).toEqual({ url, tags: dashboard.tags });
      const choices = [...url.matchAll(/&var-(\w+)=/g)].map(([, name]) => name);
      expect(there!.templating.list!.map(({ name }) => name)).toEqual(expect.arrayContaining(choices));
    }
  });

  it('lets every panel follow every choice', () => {
    const chosen = variables.filter(({ type }) => ['query', 'textbox'].includes(type)).map(({ name }) => name);
    for (const { query } of queries) {
      expect(query.filters).toEqual(expect.arrayContaining(chosen.map(byVariable)));
    }
  });
});

/** The filter of a variable: exact for what is chosen from a list or copied, else a part of the text. */
function byVariable(name: string): Filter {
  const operator = ['correlation_id', 'phone'].includes(name) ? 'contains' : 'in';
  return { dimension: name, operator, values: [`$${name}`] };
}

/** The names of the fields that answer a query. */
function fieldsOf({ metrics = [], groupBy = [], columns = [], compare, format }: ParleyQuery): string[] {
  const keys = [...groupBy, ...columns];
  const before = compare ? metrics.map((id) => `${id}_previous`) : [];
  const change = compare && format === 'table' ? metrics.flatMap((id) => [`${id}_change`, `${id}_change_percent`]) : [];
  return ['time', ...metrics, ...before, ...change, ...keys, ...keys.map((id) => `${id}_name`)];
}

/** The names that people read of the metrics of a panel: a series of a group has another. */
function metricTitles(panel: Panel, { metrics }: CatalogTexts): string[] {
  const queries = (panel.targets ?? []) as unknown as ParleyQuery[];
  return queries.flatMap((query) => query.metrics ?? []).map((id) => metrics[id].title);
}

/** The names of the fields that a panel has to show: the answers' own, and what its transformations make of them. */
function fieldsOfPanel(panel: Panel, { dimensions }: CatalogTexts): string[] {
  const queries = (panel.targets ?? []) as unknown as ParleyQuery[];
  const fields = queries.flatMap(fieldsOf);
  for (const { id, options } of panel.transformations ?? []) {
    switch (id) {
      case 'calculateField':
        fields.push(...(options.alias ? [options.alias] : fields.map((field) => `${field} * 100`)));
        break;
      case 'groupingToMatrix':
        expect(fields).toEqual(expect.arrayContaining([options.rowField, options.columnField, options.valueField]));
        // The columns are the values that the data hold, of which one is known.
        fields.push(`${options.rowField}\\${options.columnField}`, NONE);
        break;
      case 'merge':
        // By what all answers have.
        for (const query of queries) {
          expect(query.groupBy).toEqual(queries[0].groupBy);
        }
        break;
      case 'timeSeriesTable':
        fields.push(...queries.map(({ refId }) => `Trend #${refId}`));
        break;
      case 'sortBy':
        // By what people read.
        expect([...fields, ...Object.values(dimensions).map(({ title }) => title)]).toContain(options.sort[0].field);
        break;
      case 'organize': // by what people read: no other column has the name of one that is left out
      case 'filterByValue':
        break;
      default:
        throw new Error(`What becomes of the fields by ${id}?`);
    }
  }
  return fields;
}
