import { type DataFrame, DataFrameType, dateTime, FieldType, type TimeRange, toDataFrame } from '@grafana/data';

import { addIntervals } from './intervals';

const HOUR = 3_600_000;
const raw = { from: 'now-3h', to: 'now' };
// From the middle of one hour to the middle of another.
const range: TimeRange = { from: dateTime(0.5 * HOUR), to: dateTime(2.5 * HOUR), raw };

function series(): DataFrame {
  return toDataFrame({
    meta: { type: DataFrameType.TimeSeriesWide },
    fields: [
      { name: 'time', type: FieldType.time, values: [0, HOUR, 2 * HOUR] },
      { name: 'messages_sent', type: FieldType.number, values: [3, 4, 5] },
    ],
  });
}

it('adds the start and the end of the intervals of a chart over time, within the range', () => {
  const frame = series();
  addIntervals(frame, { panelPluginId: 'timeseries', range });
  expect(frame.fields.slice(2).map(({ name, type, values }) => ({ name, type, values }))).toEqual([
    { name: 'interval_start', type: FieldType.time, values: [0.5 * HOUR, HOUR, 2 * HOUR] },
    { name: 'interval_end', type: FieldType.time, values: [HOUR, 2 * HOUR, 2.5 * HOUR] },
  ]);
});

it.each(['table', 'stat', undefined])('adds nothing for %s', (panelPluginId) => {
  const frame = series();
  addIntervals(frame, { panelPluginId, range });
  expect(frame.fields).toHaveLength(2);
});

it('adds nothing to a table with a time', () => {
  const frame = { ...series(), meta: {} };
  addIntervals(frame, { panelPluginId: 'timeseries', range });
  expect(frame.fields).toHaveLength(2);
});
