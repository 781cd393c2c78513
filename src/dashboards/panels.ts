import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarAlignment,
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  BarGaugeValueMode,
  AxisPlacement,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  PercentChangeColorMode,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableCellHeight,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as PieChart,
  PieChartLabels,
  PieChartLegendOptionsBuilder,
  PieChartLegendValues,
  PieChartType,
} from '@grafana/grafana-foundation-sdk/piechart';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';

import { type CatalogTexts } from './catalog';
import { type PanelBuilder } from './layout';
import { Ask, DATASOURCE, type Question } from './query';
import { type PanelTexts, type Texts } from './texts';

/** So many bars stay apart on a panel of half the width. */
const MAX_BARS = 100;

/** How a number's growth is to be read: as good, as bad, or as neither. */
export type Growth = 'good' | 'bad' | 'neutral';

const GROWTH_COLORS: Record<Growth, PercentChangeColorMode> = {
  good: PercentChangeColorMode.Standard,
  bad: PercentChangeColorMode.Inverted,
  neutral: PercentChangeColorMode.SameAsValue,
};

/** How a column of a table is shown, by the id of its field. */
export type Columns = Record<string, DynamicConfigValue[]>;

/**
 * Makes the panels of one dashboard in one language. Units, colours and titles
 * of fields come with the data; here stands only what makes the panel.
 */
export class Panels {
  constructor(
    readonly texts: Texts,
    private readonly catalog: CatalogTexts,
    /** The dashboard's variables that filter every panel. */
    private readonly variables: string[]
  ) {}

  /** One large number of the whole range, with its change against the period before. */
  card(question: Question, growth: Growth, texts?: PanelTexts): Stat {
    const panel = new Stat()
      .colorMode(BigValueColorMode.Value)
      .graphMode(BigValueGraphMode.None)
      // Not the last that is not null: with nothing to count now, that would be the period before.
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['last']))
      .showPercentChange(true)
      .percentChangeColorMode(GROWTH_COLORS[growth]);
    return this.dress(
      panel,
      { format: 'timeseries', bucket: 'none', compare: 'previous_period', ...question },
      texts,
      this.texts.change
    );
  }

  /** Stacked bars over time. */
  bars(question: Question, texts: PanelTexts): TimeSeries {
    return this.overTime(question, texts)
      .drawStyle(GraphDrawStyle.Bars)
      .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
      .fillOpacity(100)
      .lineWidth(0)
      .barWidthFactor(0.8)
      // A bar stands over its hour or day, not around the instant at which that begins.
      .barAlignment(BarAlignment.After);
  }

  /** Lines over time. */
  lines(question: Question, texts: PanelTexts): TimeSeries {
    return this.overTime(question, texts)
      .drawStyle(GraphDrawStyle.Line)
      .lineWidth(2)
      .fillOpacity(0)
      .showPoints(VisibilityMode.Always)
      .pointSize(5)
      .axisSoftMin(0);
  }

  private overTime(question: Question, texts: PanelTexts): TimeSeries {
    const panel = new TimeSeries()
      .maxDataPoints(MAX_BARS)
      .legend(bottomLegend())
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None));
    return this.dress(panel, { format: 'timeseries', bucket: 'auto', ...question }, texts);
  }

  /** Shares of a whole. */
  donut(question: Question, texts: PanelTexts): PieChart {
    const panel = new PieChart()
      .pieType(PieChartType.Donut)
      .displayLabels([PieChartLabels.Percent])
      .legend(
        new PieChartLegendOptionsBuilder()
          .displayMode(LegendDisplayMode.Table)
          .placement(LegendPlacement.Right)
          .showLegend(true)
          .values([PieChartLegendValues.Value, PieChartLegendValues.Percent])
      )
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None))
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['last']))
      // Percentages take it too; whole numbers stay whole.
      .overrideByFieldType('number', [{ id: 'decimals', value: 1 }]);
    return this.dress(panel, question, texts);
  }

  /** One horizontal bar for each row. */
  ranking(question: Question, texts: PanelTexts): BarGauge {
    const panel = new BarGauge()
      .orientation(VizOrientation.Horizontal)
      .displayMode(BarGaugeDisplayMode.Basic)
      .valueMode(BarGaugeValueMode.Text)
      .namePlacement(BarGaugeNamePlacement.Left)
      .sizing(BarGaugeSizing.Manual)
      .minVizHeight(18)
      .maxVizHeight(26)
      .showUnfilled(false)
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['last']));
    return this.dress(panel, { format: 'timeseries', bucket: 'none', ...question }, texts);
  }

  table(question: Question, columns: Columns, texts: PanelTexts): Table {
    const panel = new Table().cellHeight(TableCellHeight.Sm).showHeader(true);
    for (const [id, properties] of Object.entries(columns)) {
      panel.overrideByName(id, properties);
    }
    return this.dress(panel, question, texts);
  }

  /**
   * Grafana has no funnel. This one is a bar chart that lies on its side, whose
   * bars grow from the middle in both directions: to the right as they are, to
   * the left as their negative.
   */
  funnel(texts: PanelTexts): BarChart {
    const shape = 'stage_share_of_sent';
    const mirrored = `${shape} * -1`;
    const inTooltipOnly = [{ id: 'custom.hideFrom', value: { viz: true, tooltip: false, legend: true } }];
    const nowhere = [{ id: 'custom.hideFrom', value: { viz: true, tooltip: true, legend: true } }];
    const panel = new BarChart()
      .orientation(VizOrientation.Horizontal)
      .stacking(StackingMode.Normal)
      .xField('stage')
      .colorByField('stage')
      .showValue(VisibilityMode.Never)
      .barWidth(0.9)
      .groupWidth(1)
      .xTickLabelRotation(0)
      .xTickLabelSpacing(0)
      .fillOpacity(100)
      .lineWidth(0)
      .axisPlacement(AxisPlacement.Hidden)
      .axisGridShow(false)
      .legend(new VizLegendOptionsBuilder().showLegend(false).displayMode(LegendDisplayMode.Hidden))
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None))
      .withTransformation({
        id: 'calculateField',
        // By type, as by name it would have to be the title in the reader's language.
        options: {
          mode: 'binary',
          binary: {
            left: { matcher: { id: 'byType', options: 'number' } },
            operator: '*',
            right: { fixed: '-1' },
          },
        },
      })
      .overrideByName('stage_label', [{ id: 'custom.axisPlacement', value: 'left' }])
      .overrideByName(mirrored, [{ id: 'custom.hideFrom', value: { viz: false, tooltip: true, legend: true } }])
      .overrideByName('stage_reached', inTooltipOnly)
      .overrideByName('stage_reached * -1', nowhere)
      .overrideByName('stage_share_of_previous', inTooltipOnly)
      .overrideByName('stage_share_of_previous * -1', nowhere);
    return this.dress(
      panel,
      {
        metrics: ['stage_reached', 'stage_share_of_previous', shape],
        groupBy: ['stage'],
      },
      texts
    );
  }

  /** Gives a panel what every panel has. */
  private dress<P extends Dressable>(panel: P, question: Question, texts?: PanelTexts, ...notes: string[]): P {
    const metrics = question.metrics ?? [];
    return panel
      .title(texts?.title ?? this.catalog.metrics[metrics[0]].title)
      .description([texts?.note, this.definitions(question), ...notes].filter(Boolean).join('\n\n'))
      .datasource(DATASOURCE)
      .withTarget(new Ask(question, this.texts.language, this.variables));
  }

  /** The definition of one metric, or a list of several with what they are cut by. */
  private definitions({ metrics = [], groupBy = [] }: Question): string {
    const entries = [
      ...metrics.map((id) => this.catalog.metrics[id]),
      ...groupBy.map((id) => this.catalog.dimensions[id]),
    ].filter((entry) => entry.description);
    if (entries.length === 1) {
      return entries[0].description!;
    }
    return entries.map(({ title, description }) => `- **${title}**: ${description}`).join('\n');
  }
}

interface Dressable extends PanelBuilder {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: typeof DATASOURCE): this;
  withTarget(target: Ask): this;
}

function bottomLegend(): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom);
}

/** Colours that change at the given values. */
export function thresholds(steps: Array<[from: number | null, color: string]>): ThresholdsConfigBuilder {
  // The first step has no beginning, which Grafana writes as null.
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color }) as Threshold));
}

export function dashedThresholds(): GraphThresholdsStyleConfigBuilder {
  return new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
}

/** One colour for one name, whichever chart it stands in. */
export const colorByName = () => new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);

/** Properties of a table's column. */
export const column = {
  width: (width: number): DynamicConfigValue => ({ id: 'custom.width', value: width }),
  hidden: (): DynamicConfigValue => ({ id: 'custom.hideFrom.viz', value: true }),
  total: (): DynamicConfigValue => ({ id: 'custom.footer.reducers', value: ['sum'] }),
  /** A bar of the value in the cell; shares are measured on the whole. */
  bar: (max?: number): DynamicConfigValue[] => [
    { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
    { id: 'min', value: 0 },
    ...(max === undefined ? [] : [{ id: 'max', value: max }]),
  ],
  link: (title: string, url: string): DynamicConfigValue => ({ id: 'links', value: [{ title, url }] }),
};
