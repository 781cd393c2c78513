import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { type DynamicConfigValue, FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { type PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';

import { type PanelBuilder } from './layout';

/** The number of intervals that fit on a panel of half the width. */
export const MAX_BUCKETS = 100;

/** Vertical bars for the values of a field. */
export function upright(x: string, stacking: StackingMode): BarChart {
  return new BarChart()
    .orientation(VizOrientation.Vertical)
    .xField(x)
    .xTickLabelRotation(0)
    .stacking(stacking)
    .showValue(VisibilityMode.Never)
    .barWidth(0.85)
    .groupWidth(0.8)
    .fillOpacity(100)
    .lineWidth(0)
    .legend(bottomLegend())
    .tooltip(allSeries());
}

/** A chart over time, without lines or bars. */
export function overTime(): TimeSeries {
  return new TimeSeries().maxDataPoints(MAX_BUCKETS).axisSoftMin(0).legend(bottomLegend()).tooltip(allSeries());
}

export function allSeries(): VizTooltipOptionsBuilder {
  return new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None);
}

export function bottomLegend(): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom);
}

/** Shows the numbers of a wide card side by side. */
export function sideBySide(card: Stat): Stat {
  return card
    .orientation(VizOrientation.Vertical)
    .text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(22).percentSize(12));
}

/** A legend to the right, for many series, largest total first. */
export function rankedLegend(): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Right)
    .calcs(['sum'])
    // Grafana's name for the total.
    .sortBy('Total')
    .sortDesc(true);
}

export const dashed = (): DynamicConfigValue => ({ id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } });

export function dashedThresholds(): GraphThresholdsStyleConfigBuilder {
  return new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
}

/** The theme's text colour, for metrics that are neither good nor bad. */
export const plain = () => new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text');

/** Sets options that the SDK has no method for. */
export function withOptions<P extends PanelBuilder>(panel: P, options: object): P {
  const built = panel.build();
  built.options = { ...built.options, ...options };
  return panel;
}

/** The same colour for a name in every chart. */
export const colorByName = () => new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);
