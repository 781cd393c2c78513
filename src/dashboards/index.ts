import { catalogTexts } from './catalog';
import { channels } from './channels';
import { build } from './dashboard';
import { deliveryHealth } from './deliveryHealth';
import { funnel } from './funnel';
import { messagesReceived, messagesSent } from './messages';
import { sessionInitiation } from './sessionInitiation';
import { TEXTS } from './texts';

const DEFINITIONS = [channels, sessionInitiation, funnel, messagesSent, messagesReceived, deliveryHealth];

/** All dashboards in all languages: what is to stand in which file of the directory `dashboards`. */
export function dashboards(): Map<string, string> {
  const files = new Map<string, string>();
  for (const texts of TEXTS) {
    const catalog = catalogTexts(texts.language);
    for (const definition of DEFINITIONS) {
      const dashboard = build(definition, texts, catalog);
      files.set(`${texts.language}/${definition.slug}.json`, `${JSON.stringify(dashboard, null, 2)}\n`);
    }
  }
  return files;
}

export const MANIFEST = 'plugin.json';

/** The manifest with the list of the dashboards, from which Grafana offers them for import. */
export function withIncludes(manifest: string, files: Map<string, string>): string {
  const lines = [...files].map(([file, text]) => {
    const { title } = JSON.parse(text);
    return `    { "type": "dashboard", "name": ${JSON.stringify(title)}, "path": "dashboards/${file}" }`;
  });
  return manifest.replace(/"includes": \[.*?\n  \]/s, () => `"includes": [\n${lines.join(',\n')}\n  ]`);
}
