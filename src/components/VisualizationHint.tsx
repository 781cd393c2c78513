import { type PanelData } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, Stack, Text } from '@grafana/ui';
import { type ReactNode } from 'react';

import { bucketChoices, hasTimeAxis, resolve, type ResolvedQuery } from '../query';
import { type Catalog, type ParleyQuery } from '../types';
import { type Look, usePanel } from './usePanel';

interface Props {
  query: ParleyQuery;
  catalog: Catalog;
  data?: PanelData;
  /** Whether a report was selected since the editor opened. */
  hasChosenReport: boolean;
  /** Groups the funnel by its stages: a chart needs a row for each. */
  onGroupByStage: () => void;
}

interface Hint {
  text: string;
  /** The ids of visualizations that show the query, the best first. */
  types: string[];
  more?: string;
}

/** Visualizations that need a time axis. */
const OVER_TIME = ['timeseries', 'candlestick', 'state-timeline', 'status-history', 'trend'];

/** The names of Grafana's visualizations, which are not translated. */
const NAMES: Record<string, string> = {
  table: 'Table',
  barchart: 'Bar chart',
  piechart: 'Pie chart',
  stat: 'Stat',
  bargauge: 'Bar gauge',
  heatmap: 'Heatmap',
  logs: 'Logs',
};

/** Offers visualizations if the panel's cannot show the query. */
export function VisualizationHint({ query, catalog, data, hasChosenReport, onGroupByStage }: Props) {
  const { type, show } = usePanel(data);
  const resolved = resolve(query, catalog);
  const hint = hintFor(resolved, catalog, type ?? (hasChosenReport ? OVER_TIME[0] : ''));
  if (!hint) {
    return null;
  }
  const showFunnel = () => {
    onGroupByStage();
    show?.('barchart', FUNNEL);
  };
  return (
    <Stack direction="row" wrap="wrap" alignItems="center">
      <Note>
        {hint.text} {t('queryEditor.showAs', 'Show as:')}
      </Note>
      {show ? (
        <>
          {query.report === 'funnel' && resolved.groupBy.length === 0 && <Choice name={t('queryEditor.funnel', 'Funnel')} onClick={showFunnel} />}
          {hint.types.map((id) => (
            <Choice key={id} name={NAMES[id]} onClick={() => show(id)} />
          ))}
        </>
      ) : (
        <Note>{hint.types.map((id) => NAMES[id]).join(', ')}</Note>
      )}
      {hint.more && <Note>{hint.more}</Note>}
    </Stack>
  );
}

function Note({ children }: { children: NonNullable<ReactNode> }) {
  return (
    <Text color="secondary" variant="bodySmall">
      {children}
    </Text>
  );
}

function Choice({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <Button type="button" size="sm" variant="secondary" onClick={onClick}>
      {name}
    </Button>
  );
}

function hintFor(resolved: ResolvedQuery, catalog: Catalog, type: string): Hint | undefined {
  const isSingle = resolved.groupBy.length === 0;
  // A bar chart has one bar for each row.
  if (!OVER_TIME.includes(type) && !(type === 'barchart' && isSingle)) {
    return undefined;
  }
  switch (resolved.format) {
    case 'details':
      return { text: t('queryEditor.hintDetails', 'This query returns a list.'), types: ['table'] };
    case 'logs':
      return { text: t('queryEditor.hintLogs', 'This query returns log lines.'), types: ['logs'] };
    case 'heatmap':
      return { text: t('queryEditor.hintHeatmap', 'This query returns weekdays by hour.'), types: ['heatmap'] };
  }
  if (hasTimeAxis(resolved, catalog)) {
    return undefined;
  }
  const canHaveInterval = bucketChoices(resolved, catalog).length > 1;
  const more = canHaveInterval ? t('queryEditor.hintInterval', 'To see it over time, set Interval.') : undefined;
  return isSingle
    ? { text: t('queryEditor.hintSingle', 'This query returns a single row.'), types: ['stat', 'bargauge', 'table'], more }
    : {
        text: t('queryEditor.hintGroups', 'This query returns no time series.'),
        types: ['table', 'barchart', 'piechart'],
        more,
      };
}

/** The metrics of the funnel as a chart shows it: a bar for the count of each stage, the shares in its tooltip. */
export const FUNNEL_METRICS = ['stage_reached', 'stage_share_of_previous', 'stage_share_of_sent'];

const FUNNEL: Look = {
  options: {
    orientation: 'horizontal',
    xField: 'stage',
    colorByField: 'stage',
    showValue: 'always',
    barWidth: 0.9,
    legend: { showLegend: false, displayMode: 'hidden', placement: 'bottom', calcs: [] },
    tooltip: { mode: 'multi', sort: 'none' },
  },
  fieldConfig: {
    defaults: { custom: { fillOpacity: 100, lineWidth: 0, axisPlacement: 'hidden' } },
    overrides: [
      { matcher: { id: 'byName', options: 'stage' }, properties: [{ id: 'custom.axisPlacement', value: 'left' }] },
      ...FUNNEL_METRICS.slice(1).map((name) => ({
        matcher: { id: 'byName', options: name },
        properties: [{ id: 'custom.hideFrom', value: { viz: true, tooltip: false, legend: true } }],
      })),
    ],
  },
};
