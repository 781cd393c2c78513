import { type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { agents } from './agents';
import { catalogTexts } from './catalog';
import { channels } from './channels';
import { conversations } from './conversations';
import { build } from './dashboard';
import { deliveryHealth } from './deliveryHealth';
import { funnel } from './funnel';
import { messagesReceived, messagesSent } from './messages';
import { overview } from './overview';
import { PUBLIC, publicly } from './public';
import { sessionInitiation } from './sessionInitiation';
import { tags } from './tags';
import { TEXTS } from './texts';

const DEFINITIONS = [
  ...[overview, channels, sessionInitiation, funnel, agents, tags, conversations],
  ...[messagesSent, messagesReceived, deliveryHealth],
];

/** Those that stand there once more, to be shared publicly. */
const SHARED = [overview, channels];

/** All dashboards in all languages: what is to stand in which file of the directory `dashboards`. */
export function dashboards(): Map<string, string> {
  const files = new Map<string, string>();
  for (const texts of TEXTS) {
    const catalog = catalogTexts(texts.language);
    const put = (slug: string, dashboard: Dashboard) =>
      files.set(`${texts.language}/${slug}.json`, `${JSON.stringify(dashboard, null, 2)}\n`);
    for (const definition of DEFINITIONS) {
      put(definition.slug, build(definition, texts, catalog));
    }
    for (const definition of SHARED) {
      put(`${definition.slug}${PUBLIC}`, publicly(build(definition, texts, catalog), texts));
    }
  }
  return files;
}

export const MANIFEST = 'plugin.json';

/**
 * The manifest with the list of the dashboards, from which Grafana offers them for
 * import. All languages are in one list, so the bundler copies them with the language
 * in their titles. To be shared publicly a dashboard has to name its data source, which an
 * import can't: it only knows what the data source is called.
 */
export function withIncludes(manifest: string, files: Map<string, string>): string {
  const imported = [...files].filter(([file]) => !file.endsWith(`${PUBLIC}.json`));
  const lines = imported.map(([file, text]) => {
    const name = `${JSON.parse(text).title} (${file.slice(0, 2).toUpperCase()})`;
    return `    { "type": "dashboard", "name": ${JSON.stringify(name)}, "path": "import/${file}" }`;
  });
  return manifest.replace(/"includes": \[.*?\n  \]/s, () => `"includes": [\n${lines.join(',\n')}\n  ]`);
}
