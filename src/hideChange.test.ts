import { type DataFrame, type DataQueryRequest, FieldType, toDataFrame } from '@grafana/data';

import { hideChange } from './hideChange';

const LAST = { calcs: ['last'] };

/** The values of a card with the options, from its query's. */
function shown(options: object, values: number[], panelPluginId = 'stat'): number[] {
  const panels = [{ state: { key: 'panel-3' } }, { state: { key: 'panel-4', pluginId: 'stat', options } }];
  window.__grafanaSceneContext = { state: { body: { getVizPanels: () => panels } } };
  const frame: DataFrame = toDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: values.map((_, at) => at) },
      { name: 'messages_sent', type: FieldType.number, values },
    ],
  });
  hideChange(frame, { panelPluginId, panelId: 4 } as DataQueryRequest);
  expect(frame.fields.map((field) => field.values.length)).toEqual([frame.length, frame.length]);
  return frame.fields[1].values;
}

afterEach(() => {
  delete window.__grafanaSceneContext;
});

it('hides the change of a single value', () => {
  expect(shown({ showPercentChange: true, reduceOptions: LAST }, [7])).toEqual([Infinity, 7]);
});

it('leaves a card as it is that has a change, shows none or another reduction', () => {
  expect(shown({ showPercentChange: true, reduceOptions: LAST }, [5, 7])).toEqual([5, 7]);
  expect(shown({ showPercentChange: false, reduceOptions: LAST }, [7])).toEqual([7]);
  expect(shown({ showPercentChange: true, reduceOptions: { calcs: ['sum'] } }, [7])).toEqual([7]);
  expect(shown({ showPercentChange: true, reduceOptions: { ...LAST, values: true } }, [7])).toEqual([7]);
  expect(shown({ showPercentChange: true, reduceOptions: LAST }, [7], 'gauge')).toEqual([7]);
});

it('leaves a panel as it is where the page cannot be reached', () => {
  const frame = toDataFrame({ fields: [{ name: 'messages_sent', type: FieldType.number, values: [7] }] });
  hideChange(frame, { panelPluginId: 'stat', panelId: 4 } as DataQueryRequest);
  expect(frame.length).toBe(1);
});
