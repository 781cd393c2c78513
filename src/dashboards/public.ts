import { type Dashboard, type DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';

import { type Filter } from '../types';
import { DATASOURCE, PLUGIN_ID } from './query';
import { type Texts } from './texts';

/** The provisioned data source. Without variables, a dashboard needs a fixed one. */
const PROVISIONED = { type: PLUGIN_ID, uid: 'parley' };

/** End of the uid and the file name. */
export const PUBLIC = '-public';

/**
 * Returns the version of a dashboard for public sharing, for people without a login. Public
 * dashboards cannot have variables, and links to other dashboards would not open.
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
    // Viewers of a public dashboard cannot turn them on.
    annotations: { list: [] },
  };
}
