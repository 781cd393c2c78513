import { type PanelData } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Text } from '@grafana/ui';

import { bucketChoices, hasTimeAxis, resolve, type ResolvedQuery } from '../query';
import { type Catalog, type ParleyQuery } from '../types';
import { usePanelType } from './usePanelType';

interface Props {
  query: ParleyQuery;
  catalog: Catalog;
  data?: PanelData;
  /** Whether a report was selected since the editor opened. */
  hasChosenReport: boolean;
}

/** Visualizations that need a time axis. */
const OVER_TIME = ['timeseries', 'candlestick', 'state-timeline', 'status-history', 'trend'];

/** Says which visualizations show the query where the panel's cannot. */
export function VisualizationHint({ query, catalog, data, hasChosenReport }: Props) {
  const type = usePanelType(data);
  const resolved = resolve(query, catalog);
  const hint = hintFor(resolved, catalog, type ?? (hasChosenReport ? OVER_TIME[0] : ''));
  return hint ? (
    <Text color="secondary" variant="bodySmall">
      {hint}
    </Text>
  ) : null;
}

function hintFor(resolved: ResolvedQuery, catalog: Catalog, type: string): string | undefined {
  const isSingle = resolved.groupBy.length === 0;
  // A bar chart has one bar for each row.
  if (!OVER_TIME.includes(type) && !(type === 'barchart' && isSingle)) {
    return undefined;
  }
  switch (resolved.format) {
    case 'details':
      return t('queryEditor.hintDetails', 'This query returns a list. Choose Table.');
    case 'logs':
      return t('queryEditor.hintLogs', 'This query returns log lines. Choose Logs.');
    case 'heatmap':
      return t('queryEditor.hintHeatmap', 'This query returns weekdays by hour. Choose Heatmap.');
  }
  if (hasTimeAxis(resolved, catalog)) {
    return undefined;
  }
  const choices = isSingle
    ? t('queryEditor.hintSingle', 'This query returns a single row. Choose Stat, Bar gauge or Table.')
    : t('queryEditor.hintGroups', 'This query returns no time series. Choose Table, Bar chart or Pie chart.');
  const canHaveInterval = bucketChoices(resolved, catalog).length > 1;
  return canHaveInterval ? `${choices} ${t('queryEditor.hintInterval', 'To see it over time, set Interval.')}` : choices;
}
