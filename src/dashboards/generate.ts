// Writes the dashboards, or with --check says which of them are not as their
// code makes them.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import path from 'path';

import { dashboards } from '.';

const root = path.join(process.cwd(), 'dashboards');
const files = dashboards();
const there = existsSync(root)
  ? readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.split(path.sep).join('/'))
  : [];

const differing = [...files].filter(
  ([file, text]) => !there.includes(file) || readFileSync(path.join(root, file), 'utf8') !== text
);
const superfluous = there.filter((file) => !files.has(file));

if (process.argv.includes('--check')) {
  const wrong = [...differing.map(([file]) => file), ...superfluous].sort();
  if (wrong.length > 0) {
    process.stderr.write(`Not as their code makes them; run npm run dashboards:\n${wrong.join('\n')}\n`);
    process.exitCode = 1;
  }
} else {
  for (const file of superfluous) {
    rmSync(path.join(root, file));
  }
  for (const [file, text] of differing) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
}
