import { type DataFrame, type DataQueryRequest, FieldType } from '@grafana/data';

import { INTERVAL_END, INTERVAL_START } from './types';

/** The visualization whose data links open the rows of one interval. */
const CHART = 'timeseries';

/**
 * Adds the start and the end of each interval, within the range of the request, to the frame
 * of a chart over time. Grafana has no variable for the end of an interval.
 */
export function addIntervals(frame: DataFrame, { panelPluginId, range }: Pick<DataQueryRequest, 'panelPluginId' | 'range'>): void {
  const [time] = frame.fields;
  if (panelPluginId !== CHART || time?.type !== FieldType.time || !frame.meta?.type?.startsWith('timeseries')) {
    return;
  }
  const [from, to] = [range.from.valueOf(), range.to.valueOf()];
  const starts = time.values.map((start: number) => Math.max(start, from));
  const hidden = (name: string, values: number[]) => ({
    name,
    type: FieldType.time,
    config: { custom: { hideFrom: { viz: true, tooltip: true, legend: true } } },
    values,
  });
  frame.fields.push(hidden(INTERVAL_START, starts), hidden(INTERVAL_END, [...starts.slice(1), to]));
}
