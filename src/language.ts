let reader = 'en';

/** The language of the catalogue for the one who reads. */
export function catalogLanguage(): string {
  return reader;
}

/**
 * Takes the language of the catalogue that is nearest to Grafana's. Only loading
 * the translations tells which one that is: the settings may leave it to the
 * browser. It changes with the page alone.
 */
export function followGrafana(language: string | undefined): void {
  const grafana = language?.toLowerCase() ?? '';
  if (grafana.startsWith('es')) {
    reader = 'es';
  } else {
    reader = grafana.startsWith('pt') ? 'pt-BR' : 'en';
  }
}
