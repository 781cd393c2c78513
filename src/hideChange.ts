import { type DataFrame, type DataQueryRequest, FieldType } from '@grafana/data';

import { shownPanel } from './components/usePanel';

/** The reductions that ignore a point before the last. */
const LAST = ['last', 'lastNotNull'];

/**
 * Adds a point of infinity before the only value of a card that shows a percent change, as
 * the backend does before values without a change. Grafana shows the change of a single
 * value as 0%, and hides the change from infinity.
 */
export function hideChange(frame: DataFrame, { panelPluginId, panelId }: DataQueryRequest): void {
  const options = panelPluginId === 'stat' && frame.length === 1 ? shownPanel(panelId)?.state.options : undefined;
  const { calcs = [], values } = options?.reduceOptions ?? {};
  if (!options?.showPercentChange || values || !calcs.every((calc) => LAST.includes(calc))) {
    return;
  }
  for (const field of frame.fields) {
    field.values = [field.type === FieldType.number ? Infinity : field.values[0], ...field.values];
  }
  frame.length = 2;
}
