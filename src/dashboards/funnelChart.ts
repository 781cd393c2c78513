import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import {
  AxisPlacement,
  LegendDisplayMode,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { type DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';

import { cell, STAGES } from './links';

/** More than anybody sends. */
const ENDLESS = 1e15;

/** The fields that draw the bars. */
export const FUNNEL_BARS = ['stage_share_of_sent', 'stage_share_of_sent * 100', 'stage_reached'];

/** The field with the row number. Links use it to get the statuses of the stage. */
const ROW = 'row';

/** The statuses of the clicked stage, as the value of a variable in a link. */
export const STAGE_LINK = cell(ROW).replace(':percentencode', '');

/**
 * Grafana has no funnel chart. This is a horizontal bar chart: each bar extends from the
 * middle to both sides by the stage's share of sent. Every field has its own unit and
 * therefore its own scale, which sets the position of its label. From left to right: the
 * stage, its count, the bar with the share of sent at its end and, if there is room, the
 * share of the previous stage.
 */
export function funnelChart(detailed: boolean, ofPrevious: string): BarChart {
  const [left, right] = detailed ? [1.65, 3.15] : [1.62, 1.63];
  return (
    bars()
      .overrideByName('stage', [{ id: 'custom.axisPlacement', value: AxisPlacement.Left }])
      .overrideByName('stage_share_of_sent * 100', [
        { id: 'unit', value: 'percent' },
        ...scale(-100 * left, 100 * right),
      ])
      .overrideByName('stage_share_of_sent', [
        { id: 'custom.transform', value: 'negative-Y' },
        ...scale(-left, right),
        // The label is at the other end of the bar.
        { id: 'mappings', value: [{ type: 'range', options: { from: 0, to: 1, result: { text: ' ' } } }] },
        shownIn(true, false),
      ])
      // With such a long scale the bar has no length, and the label is at 0.
      .overrideByName('stage_reached', scale(0, ENDLESS))
      .overrideByName('stage_share_of_previous * 100', [
        { id: 'unit', value: `suffix:${ofPrevious}` },
        ...scale(-0.69 * ENDLESS, 0.31 * ENDLESS),
        shownIn(detailed, true),
      ])
      .overrideByName('stage_reached * 100', [shownIn(false, false)])
      .overrideByName('stage_share_of_previous', [shownIn(false, false)])
      .overrideByName(ROW, [shownIn(false, false), { id: 'mappings', value: [statusesByRow()] }])
  );
}

function bars(): BarChart {
  return (
    new BarChart()
      .orientation(VizOrientation.Horizontal)
      .stacking(StackingMode.Normal)
      .xField('stage')
      .colorByField('stage')
      .barWidth(0.9)
      .groupWidth(1)
      .xTickLabelRotation(0)
      .xTickLabelSpacing(0)
      .fillOpacity(100)
      .lineWidth(0)
      .axisPlacement(AxisPlacement.Hidden)
      .axisGridShow(false)
      .showValue(VisibilityMode.Always)
      .text(new VizTextDisplayOptionsBuilder().valueSize(12))
      .legend(new VizLegendOptionsBuilder().showLegend(false).displayMode(LegendDisplayMode.Hidden))
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None))
      // The shares again, as percentages. The field is found by its type, since its name
      // would be the translated title.
      .withTransformation({
        id: 'calculateField',
        options: {
          mode: 'binary',
          binary: { left: { matcher: { id: 'byType', options: 'number' } }, operator: '*', right: { fixed: '100' } },
        },
      })
      .withTransformation({
        id: 'calculateField',
        options: { mode: 'index', index: { asPercentile: false }, alias: ROW },
      })
  );
}

/** Maps row numbers to the statuses of the stage, as they are written in a URL. */
function statusesByRow() {
  const texts = STAGES.map((statuses) => ({ text: statuses.join('&var-status=') }));
  return { type: 'value', options: Object.fromEntries(texts.entries()) };
}

function scale(min: number, max: number): DynamicConfigValue[] {
  return [
    { id: 'min', value: min },
    { id: 'max', value: max },
  ];
}

function shownIn(viz: boolean, tooltip: boolean): DynamicConfigValue {
  return { id: 'custom.hideFrom', value: { viz: !viz, tooltip: !tooltip, legend: true } };
}
