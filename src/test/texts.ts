import { readdirSync, readFileSync } from 'fs';
import path from 'path';
import ts from 'typescript';

/** The texts that the code asks for: by their keys, in the English of the code. */
export function textsInCode(folder: string): Record<string, string> {
  const texts: Record<string, string> = {};
  const add = (key: string, text: string) => {
    if (key in texts && texts[key] !== text) {
      throw new Error(`"${key}" stands for two texts: "${texts[key]}" and "${text}"`);
    }
    texts[key] = text;
  };
  for (const file of sourceFiles(folder)) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
    const visit = (node: ts.Node) => {
      if (ts.isCallExpression(node) && node.expression.getText() === 't') {
        const [key, text] = node.arguments;
        if (!ts.isStringLiteral(key) || !ts.isStringLiteral(text)) {
          throw new Error(`${file}: t() needs a key and a text written out: ${node.getText()}`);
        }
        add(key.text, text.text);
      }
      if (ts.isJsxElement(node) && node.openingElement.tagName.getText() === 'Trans') {
        const key = /i18nKey="([^"]+)"/.exec(node.openingElement.getText());
        const text = node.children.map((child) => child.getText()).join('');
        add(key?.[1] ?? '', text.replace(/\s+/g, ' ').trim());
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return texts;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      return ['test', 'dashboards'].includes(entry.name) ? [] : sourceFiles(name);
    }
    return /(?<!\.test)\.tsx?$/.test(entry.name) ? [name] : [];
  });
}

/** The texts of a locale, nested by the parts of their keys, as one flat list. */
export function flatten(texts: object, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value]] : Object.entries(flatten(value, `${prefix}${key}.`))
    )
  );
}
