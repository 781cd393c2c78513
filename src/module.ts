import { DataSourcePlugin } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';

import { ConfigEditor } from './components/ConfigEditor';
import { QueryEditor } from './components/QueryEditor';
import { QueryHelp } from './components/QueryHelp';
import { DataSource } from './datasource';
import { followGrafana } from './language';
import manifest from '../plugin.json';
import { type ParleyOptions, type ParleyQuery, type ParleySecrets } from './types';

const { language } = await initPluginTranslations(manifest.id);
followGrafana(language);

export const plugin = new DataSourcePlugin<DataSource, ParleyQuery, ParleyOptions, ParleySecrets>(DataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor)
  .setQueryEditorHelp(QueryHelp);
