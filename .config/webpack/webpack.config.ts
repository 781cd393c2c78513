// The bundler's configuration. It follows the layout of @grafana/create-plugin
// (https://github.com/grafana/plugin-tools), with two differences: the manifest
// stands at the root of the project, because both halves of the plugin read it,
// and everything is one chunk, so no public path is needed at run time.

import CopyWebpackPlugin from 'copy-webpack-plugin';
import { readFileSync } from 'fs';
import path from 'path';
import webpack, { type Configuration } from 'webpack';

const root = process.cwd();
const manifest = JSON.parse(readFileSync(path.join(root, 'plugin.json'), 'utf8'));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** What Grafana shares with its plugins. The plugin must not bring its own copy. */
const externals: Configuration['externals'] = [
  'lodash',
  'moment',
  'prismjs',
  'i18next',
  'react',
  'react/jsx-runtime',
  'react/jsx-dev-runtime',
  'react-dom',
  'react-redux',
  'react-router',
  'redux',
  'rxjs',
  'rxjs/operators',
  '@emotion/css',
  '@emotion/react',
  /^@grafana\/(data|runtime|ui)(\/unstable)?$/,
];

/** Puts version, day and build mode into the copied manifest. */
function stampManifest(content: Buffer, mode: string): string {
  const text = content
    .toString()
    .replaceAll('%VERSION%', version)
    .replaceAll('%TODAY%', new Date().toISOString().slice(0, 10));
  return JSON.stringify({ ...JSON.parse(text), buildMode: mode }, null, 2) + '\n';
}

/** Adds the language to the title of a dashboard: the list for import holds all languages. */
function markLanguage(content: Buffer, file: string): string {
  const dashboard = JSON.parse(content.toString());
  const language = path.basename(path.dirname(file)).slice(0, 2).toUpperCase();
  return JSON.stringify({ ...dashboard, title: `${dashboard.title} (${language})` }, null, 2) + '\n';
}

export default function configure(env: Record<string, unknown>): Configuration {
  const mode = env.production ? 'production' : 'development';
  return {
    mode,
    context: root,
    devtool: env.production ? 'source-map' : 'eval-source-map',
    entry: { module: './src/module.ts' },
    externals,
    cache: {
      type: 'filesystem',
      buildDependencies: { config: [path.join(root, '.config/webpack/webpack.config.ts')] },
    },

    module: {
      rules: [
        {
          test: /\.tsx?$/,
          exclude: /node_modules/,
          use: {
            loader: 'swc-loader',
            options: {
              jsc: {
                parser: { syntax: 'typescript', tsx: true },
                target: 'es2020',
                // Grafana brings React's runtime, and that of a release knows no JSX of development.
                transform: { react: { runtime: 'automatic', development: false } },
              },
            },
          },
        },
        { test: /\.svg$/, type: 'asset/inline' },
      ],
    },

    output: {
      // The other half of the plugin is built into the same folder.
      clean: { keep: /^(gpx_|go_plugin_build_manifest)/ },
      filename: '[name].js',
      library: { type: 'amd' },
      path: path.join(root, 'dist'),
      publicPath: `public/plugins/${manifest.id}/`,
      uniqueName: manifest.id,
    },

    performance: { hints: false },

    plugins: [
      new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 }),
      new CopyWebpackPlugin({
        patterns: [
          { from: 'plugin.json', transform: (content) => stampManifest(content, mode) },
          { from: '{README,CHANGELOG}.md', noErrorOnMissing: true },
          { from: 'LICENSE', noErrorOnMissing: true, toType: 'file', to: 'LICENSE' },
          { from: 'src/query_help.md', to: 'query_help.md' },
          { from: 'src/img', to: 'img' },
          { from: 'src/locales', to: 'locales' },
          { from: '**/*.json', context: 'dashboards', to: 'dashboards' },
          { from: '*/!(*-public).json', context: 'dashboards', to: 'import', transform: markLanguage },
        ],
      }),
    ],

    resolve: { extensions: ['.ts', '.tsx', '.js', '.jsx', '.mjs'] },
  };
}
