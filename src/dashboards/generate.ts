// Writes the dashboards, their list in the manifest, and the alert rules. With --check,
// lists the files that are out of date instead.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import path from 'path';

import { alertRules } from '../alerts';
import { dashboards, MANIFEST, withIncludes } from '.';

const DIRECTORY = 'dashboards';

const made = dashboards();
const files = new Map([
  ...[...made].map(([file, text]) => [`${DIRECTORY}/${file}`, text] as const),
  ...alertRules(made),
]);
files.set(MANIFEST, withIncludes(readFileSync(MANIFEST, 'utf8'), made));

const there = existsSync(DIRECTORY)
  ? readdirSync(DIRECTORY, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => `${DIRECTORY}/${file.split(path.sep).join('/')}`)
  : [];
const differing = [...files].filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text);
const superfluous = there.filter((file) => !files.has(file));

if (process.argv.includes('--check')) {
  const wrong = [...differing.map(([file]) => file), ...superfluous].sort();
  if (wrong.length > 0) {
    process.stderr.write(`Not as their code makes them; run npm run dashboards:\n${wrong.join('\n')}\n`);
    process.exitCode = 1;
  }
} else {
  for (const file of superfluous) {
    rmSync(file);
  }
  for (const [file, text] of differing) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
