import { readFileSync } from 'fs';
import path from 'path';

export const LANGUAGES = ['en', 'es', 'pt-BR'] as const;

export type Language = (typeof LANGUAGES)[number];

interface Entry {
  title: string;
  description?: string;
  /** Shown for a missing value of a dimension, instead of the general text. */
  none?: string;
  values?: Record<string, string>;
}

/** The texts of the catalogue in one language: titles and definitions. */
export interface CatalogTexts {
  /** Shown for a missing value. */
  none: string;
  /** Titles of the columns with the previous values of a metric, by comparison. */
  previous: Record<string, string>;
  /** Titles of the columns with the change of a metric. */
  change: Record<'absolute' | 'percent', string>;
  metrics: Record<string, Entry>;
  dimensions: Record<string, Entry>;
  columns: Record<string, Entry>;
  reports: Record<string, Entry>;
}

export function catalogTexts(language: Language): CatalogTexts {
  const file = path.join(process.cwd(), 'pkg', 'catalog', 'texts', `${language}.json`);
  return JSON.parse(readFileSync(file, 'utf8'));
}
