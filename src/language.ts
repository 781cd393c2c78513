let reader = 'en';

/** The language of the catalogue for the user. */
export function catalogLanguage(): string {
  return reader;
}

/**
 * Sets the language to the one closest to Grafana's. It is only known after the
 * translations are loaded, since the setting can be the browser's language. It does not
 * change until the page is reloaded.
 */
export function followGrafana(language: string | undefined): void {
  const grafana = language?.toLowerCase() ?? '';
  if (grafana.startsWith('es')) {
    reader = 'es';
  } else {
    reader = grafana.startsWith('pt') ? 'pt-BR' : 'en';
  }
}
