import grafana from '@grafana/eslint-config';
import i18n from '@grafana/i18n/eslint-plugin';
import { defineConfig } from 'eslint/config';

export default defineConfig([
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  ...grafana,
  {
    rules: {
      'no-console': 'error',
      'react/prop-types': 'off',
      // The automatic JSX runtime needs no import.
      'react/react-in-jsx-scope': 'off',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
    },
  },
  {
    // Whatever people read comes out of the locales.
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/**/*.test.{ts,tsx}', 'src/test/**', 'src/dashboards/**'],
    plugins: { '@grafana/i18n': i18n },
    rules: {
      '@grafana/i18n/no-translation-top-level': 'error',
      '@grafana/i18n/no-untranslated-strings': ['error', { calleesToIgnore: ['^css$', '^use[A-Z].*'] }],
    },
  },
]);
