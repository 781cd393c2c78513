import { type Dashboard, type DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';

import { type Filter } from '../types';
import { DATASOURCE, PLUGIN_ID } from './query';
import { type Texts } from './texts';

/** The data source of the provisioning: without variables a dashboard has to name one. */
const PROVISIONED = { type: PLUGIN_ID, uid: 'parley' };

/** What stands at the end of its uid and its file's name. */
export const PUBLIC = '-public';

/**
 * The dashboard as Grafana can share it with people who have no login: their
 * browsers can't resolve variables, so nothing depends on any, and there are no
 * links to what they can't open.
 */
export function publicly(dashboard: Dashboard, { shared }: Texts): Dashboard {
  const plain: Dashboard = JSON.parse(JSON.stringify(dashboard), (key, value) => {
    switch (key) {
      case 'datasource':
        return value.uid === DATASOURCE.uid ? PROVISIONED : value;
      case 'filters':
        return value.filter(({ values }: Filter) => !values.some((text) => text.startsWith('$')));
      case 'properties':
        return value.filter(({ id }: DynamicConfigValue) => id !== 'links');
      case 'links':
        return [];
      default:
        return value;
    }
  });
  return {
    ...plain,
    uid: `${dashboard.uid}${PUBLIC}`,
    title: `${dashboard.title} (${shared.title})`,
    description: `${dashboard.description}. ${shared.note}`,
    templating: { list: [] },
    // Nobody could switch them on.
    annotations: { list: [] },
  };
}
