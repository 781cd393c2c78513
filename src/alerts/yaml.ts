type Value = string | number | Value[] | { [key: string]: Value | undefined };

/**
 * Formats plain data as YAML that people can read and change: one line per value,
 * texts in quotes.
 */
export function yaml(value: Value, indent = ''): string {
  if (typeof value !== 'object') {
    return ` ${JSON.stringify(value)}\n`;
  }
  if (Array.isArray(value)) {
    return value.every((item) => typeof item !== 'object')
      ? ` ${JSON.stringify(value)}\n`
      : `\n${value.map((item) => `${indent}- ${yaml(item, `${indent}  `).trimStart()}`).join('')}`;
  }
  return `\n${Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${indent}${key}:${yaml(item!, `${indent}  `)}`)
    .join('')}`;
}
