import { readFileSync } from 'fs';
import path from 'path';

export const LANGUAGES = ['en', 'es', 'pt-BR'] as const;

export type Language = (typeof LANGUAGES)[number];

interface Entry {
  title: string;
  description?: string;
  /** What people read for no value of a dimension, if not the common text. */
  none?: string;
  values?: Record<string, string>;
}

/** The catalogue's own texts of one language: what metrics and dimensions are called and mean. */
export interface CatalogTexts {
  /** What people read for no value. */
  none: string;
  metrics: Record<string, Entry>;
  dimensions: Record<string, Entry>;
  columns: Record<string, Entry>;
  reports: Record<string, Entry>;
}

export function catalogTexts(language: Language): CatalogTexts {
  const file = path.join(process.cwd(), 'pkg', 'catalog', 'texts', `${language}.json`);
  return JSON.parse(readFileSync(file, 'utf8'));
}
