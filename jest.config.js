// These packages, and what they depend on, are published as ES modules only.
const esModules = [
  '@grafana/schema',
  '@wojtekmaj/date-utils',
  'd3',
  'd3-color',
  'd3-force',
  'd3-interpolate',
  'd3-scale-chromatic',
  'get-user-locale',
  'marked',
  'memoize',
  'mimic-function',
  'ol',
  'react-calendar',
  'react-colorful',
  'rxjs',
  'uuid',
];

const swc = ['@swc/jest', { jsc: { parser: { syntax: 'typescript', tsx: true }, target: 'es2022', transform: { react: { runtime: 'automatic' } } } }];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'jsdom',
  testMatch: ['<rootDir>/src/**/*.test.{ts,tsx}'],
  setupFilesAfterEnv: ['<rootDir>/jest.setup.js'],
  transform: { '^.+\\.m?[jt]sx?$': swc },
  transformIgnorePatterns: [`/node_modules/(?!.*(${esModules.join('|')})/)`],
  moduleNameMapper: {
    '\\.(css|svg)$': '<rootDir>/src/test/asset.ts',
    '/ReactMonacoEditor-': '<rootDir>/src/test/codeEditor.tsx',
    '^react-inlinesvg$': '<rootDir>/src/test/inlineSvg.tsx',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};
