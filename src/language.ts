import { config } from '@grafana/runtime';

/** The language of the catalogue that is nearest to the language of the user's Grafana. */
export function catalogLanguage(grafana: string = config.language ?? ''): string {
  const language = grafana.toLowerCase();
  if (language.startsWith('es')) {
    return 'es';
  }
  return language.startsWith('pt') ? 'pt-BR' : 'en';
}
