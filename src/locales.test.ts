import { readdirSync, readFileSync } from 'fs';
import path from 'path';

import manifest from '../plugin.json';
import { flatten, textsInCode } from './test/texts';

const folder = path.join(__dirname, 'locales');
const read = (language: string) =>
  flatten(JSON.parse(readFileSync(path.join(folder, language, `${manifest.id}.json`), 'utf8')));
const inCode = textsInCode(__dirname);

/** Words that are the same in English and in the other language. */
const SAME: Record<string, string[]> = {
  'es-ES': ['configEditor.host.label', 'format.logs', 'queryEditor.variables'],
  'pt-BR': ['configEditor.host.label', 'format.logs'],
};

describe('the locales', () => {
  it('are those of the manifest', () => {
    expect(readdirSync(folder).sort()).toEqual([...manifest.languages].sort());
  });

  it('hold in English what the code says', () => {
    expect(read('en-US')).toEqual(inCode);
  });

  it.each(['es-ES', 'pt-BR'])('hold every text in %s', (language) => {
    const texts = read(language);
    expect(Object.keys(texts).sort()).toEqual(Object.keys(inCode).sort());
    for (const [key, text] of Object.entries(texts)) {
      const fields = (s: string) => (s.match(/{{\w+}}/g) ?? []).sort();
      expect([key, fields(text)]).toEqual([key, fields(inCode[key])]);
    }
    const untranslated = Object.keys(texts).filter((key) => texts[key] === inCode[key]);
    expect(untranslated.sort()).toEqual(SAME[language]);
  });
});
