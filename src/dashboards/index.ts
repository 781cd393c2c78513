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

/** The dashboards that also exist in a version for public sharing. */
const SHARED = [overview, channels];

/** Returns all dashboards in all languages, by their path in the directory `dashboards`. */
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
 * Returns the manifest with the list of dashboards that Grafana offers for import. All
 * languages are in one list, so the build adds the language to their titles. Public
 * dashboards are not in the list: they need the uid of a data source, which an import
 * does not set.
 */
export function withIncludes(manifest: string, files: Map<string, string>): string {
  const imported = [...files].filter(([file]) => !file.endsWith(`${PUBLIC}.json`));
  const lines = imported.map(([file, text]) => {
    const name = `${JSON.parse(text).title} (${file.slice(0, 2).toUpperCase()})`;
    return `    { "type": "dashboard", "name": ${JSON.stringify(name)}, "path": "import/${file}" }`;
  });
  return manifest.replace(/"includes": \[.*?\n  \]/s, () => `"includes": [\n${lines.join(',\n')}\n  ]`);
}
