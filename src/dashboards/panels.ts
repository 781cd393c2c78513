import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import {
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
  StackingMode,
  TableCellHeight,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  PanelBuilder as AnyPanel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as PieChart,
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

/** So many buckets stay apart on a panel of half the width. */
const MAX_BUCKETS = 100;

/** Far more than anybody ever sends. */
const ENDLESS = 1e15;

/** How a number's growth is to be read: as good, as bad, as neither, or not at all. */
export type Growth = 'good' | 'bad' | 'neutral' | 'none';

const GROWTH_COLORS: Record<Exclude<Growth, 'none'>, PercentChangeColorMode> = {
  good: PercentChangeColorMode.Standard,
  bad: PercentChangeColorMode.Inverted,
  neutral: PercentChangeColorMode.SameAsValue,
};

/** A link as Grafana stores it with a field. */
interface Way {
  title: string;
  url: string;
}

/** The text of a field in the row that is clicked. */
export const cell = (field: string) => `\${__data.fields.${field}.text:percentencode}`;

/** The alert list's order: what fires, then what may fire soon. */
const MOST_IMPORTANT_FIRST = 3;

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

  /** Large numbers of the whole range, each with its change against the period before. */
  card(question: Question, growth: Growth, texts?: PanelTexts): Stat {
    const panel = new Stat()
      .colorMode(BigValueColorMode.Value)
      // What has no colour of its own is not to look like good or bad news.
      .colorScheme(plain())
      .noValue('–')
      // Several numbers stand under each other.
      .orientation(VizOrientation.Horizontal)
      .graphMode(BigValueGraphMode.None)
      .text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(30).percentSize(13))
      // Not the last that is not null: with nothing to count now, that would be the period before.
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['last']));
    const now: Question = { format: 'timeseries', bucket: 'none', ...question };
    if (growth === 'none') {
      return this.dress(panel, now, texts);
    }
    panel.showPercentChange(true).percentChangeColorMode(GROWTH_COLORS[growth]);
    // Two points: before and now.
    return this.dress(panel, { compare: 'previous_period', ...now }, texts, this.texts.change);
  }

  /** The alert rules that came with the data source and are not at rest. */
  alerts(texts: PanelTexts): AnyPanel {
    return new AnyPanel()
      .type('alertlist')
      .title(texts.title)
      .description(texts.note!)
      .options({
        viewMode: 'list',
        groupMode: 'default',
        groupBy: [],
        maxItems: 20,
        sortOrder: MOST_IMPORTANT_FIRST,
        dashboardAlerts: false,
        alertName: '',
        alertInstanceLabelFilter: '{source="parley"}',
        datasource: '-- Grafana --',
        folder: null,
        showInstances: false,
        showInactiveAlerts: false,
        stateFilter: { firing: true, pending: true, recovering: true, noData: true, error: true, normal: false },
      });
  }

  /**
   * Bars over time, stacked where they are parts of a whole. They stand in a bar
   * chart and not in Grafana's time series, which would cut off the bar of a day
   * in the middle of which the range begins.
   */
  bars(question: Question, texts: PanelTexts, stacking = StackingMode.Normal): BarChart {
    const panel = new BarChart()
      .maxDataPoints(MAX_BUCKETS)
      .orientation(VizOrientation.Vertical)
      .xField('time')
      .xTickLabelRotation(0)
      .xTickLabelSpacing(100)
      .stacking(stacking)
      .showValue(VisibilityMode.Never)
      .barWidth(0.85)
      .groupWidth(0.8)
      .fillOpacity(100)
      .lineWidth(0)
      .legend(bottomLegend())
      .tooltip(allSeries());
    return this.dress(panel, { format: 'timeseries', bucket: 'auto', ...question }, texts);
  }

  /** Lines over time. */
  lines(question: Question, texts: PanelTexts): TimeSeries {
    const panel = new TimeSeries()
      .maxDataPoints(MAX_BUCKETS)
      .drawStyle(GraphDrawStyle.Line)
      .lineWidth(2)
      .fillOpacity(0)
      .showPoints(VisibilityMode.Always)
      .pointSize(5)
      .axisSoftMin(0)
      .legend(bottomLegend())
      .tooltip(allSeries());
    return this.dress(panel, { format: 'timeseries', bucket: 'auto', ...question }, texts);
  }

  /** Shares of a whole. */
  donut(question: Question, texts: PanelTexts, legend = LegendPlacement.Right): PieChart {
    const panel = new PieChart()
      .pieType(PieChartType.Donut)
      .legend(
        new PieChartLegendOptionsBuilder()
          .displayMode(LegendDisplayMode.Table)
          .placement(legend)
          .showLegend(true)
          .values([PieChartLegendValues.Value, PieChartLegendValues.Percent])
      )
      .tooltip(allSeries())
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['last']))
      // Percentages take it too; whole numbers stay whole.
      .overrideByFieldType('number', [{ id: 'decimals', value: 1 }]);
    // The builder knows no order yet. The slices keep that of the stages.
    return withOptions(this.dress(panel, question, texts), { sort: SortOrder.None });
  }

  /** Names and bars: what there is most of. The panel's title says what the bars are. */
  ranking(by: string, metric: string, question: Question, texts: PanelTexts): Table {
    return this.table(
      { metrics: [metric], groupBy: [by], orderBy: [{ by: metric, desc: true }], ...question },
      { [by]: [column.wrap()], [metric]: [column.width(140), ...column.bar()] },
      texts
    ).showHeader(false);
  }

  table(question: Question, columns: Columns, texts: PanelTexts): Table {
    const panel = new Table()
      .cellHeight(TableCellHeight.Sm)
      .showHeader(true)
      .minWidth(70)
      .overrideByRegexp('.*', [{ id: 'custom.wrapHeaderText', value: true }]);
    for (const [id, properties] of Object.entries(columns)) {
      panel.overrideByName(id, properties);
    }
    return this.dress(panel, question, texts);
  }

  /**
   * Grafana has no funnel. This one is a bar chart that lies on its side: each
   * bar grows by the stage's share of sent from the middle to the right, and by
   * the same to the left. Every field has a unit and so a scale of its own, which
   * says where its label stands. From left to right: the stage, its count, the bar
   * with the share of sent at its end, and with room for it the share of the
   * stage before.
   */
  funnel(texts: PanelTexts, detailed: boolean): BarChart {
    const panel = new BarChart()
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
      .tooltip(allSeries())
      // The shares once more, as percentages. The operand is found by its type: by
      // name it would have to be the title in the reader's language.
      .withTransformation({
        id: 'calculateField',
        options: {
          mode: 'binary',
          binary: { left: { matcher: { id: 'byType', options: 'number' } }, operator: '*', right: { fixed: '100' } },
        },
      });
    const scale = (min: number, max: number) => [
      { id: 'min', value: min },
      { id: 'max', value: max },
    ];
    const shownIn = (viz: boolean, tooltip: boolean) => ({
      id: 'custom.hideFrom',
      value: { viz: !viz, tooltip: !tooltip, legend: true },
    });
    const [left, right] = detailed ? [1.58, 2.87] : [1.5, 1.63];
    panel
      .overrideByName('stage', [{ id: 'custom.axisPlacement', value: AxisPlacement.Left }])
      .overrideByName('stage_share_of_sent * 100', [
        { id: 'unit', value: 'percent' },
        ...scale(-100 * left, 100 * right),
      ])
      .overrideByName('stage_share_of_sent', [
        { id: 'custom.transform', value: 'negative-Y' },
        ...scale(-left, right),
        // The other end of the bar bears the label.
        { id: 'mappings', value: [{ type: 'range', options: { from: 0, to: 1, result: { text: ' ' } } }] },
        shownIn(true, false),
      ])
      // On so long a scale a bar has no length, and its label stands where the scale is 0.
      .overrideByName('stage_reached', scale(0, ENDLESS))
      .overrideByName('stage_share_of_previous * 100', [
        { id: 'unit', value: `suffix:${this.texts.ofPrevious}` },
        ...scale(-0.74 * ENDLESS, 0.26 * ENDLESS),
        shownIn(detailed, true),
      ])
      .overrideByName('stage_reached * 100', [shownIn(false, false)])
      .overrideByName('stage_share_of_previous', [shownIn(false, false)]);
    return this.dress(
      panel,
      { metrics: ['stage_reached', 'stage_share_of_sent', 'stage_share_of_previous'], groupBy: ['stage'] },
      texts
    );
  }

  /**
   * The link of a cell to another dashboard, with the same time and choices but
   * the cell's own entity.
   */
  link(slug: string, dimension: string): DynamicConfigValue {
    return { id: 'links', value: [this.way(slug, { [dimension]: cell(dimension) })] };
  }

  /** The link of a series to the messages that it counts, by the dimension that tells it from the others. */
  linkOfSeries(slug: string, dimension: string, choices: Record<string, string> = {}): DynamicConfigValue {
    const own = `\${__field.labels.${dimension}:percentencode}`;
    return { id: 'links', value: [this.way(slug, { ...choices, [dimension]: own })] };
  }

  /** The way to another dashboard, with the same time and choices but those that are given. */
  way(slug: string, choices: Record<string, string>): Way {
    const kept = [...this.variables, 'filters'].filter((name) => !(name in choices));
    return this.wayTo(slug, '${__url_time_range}', kept, choices, this.texts.links[slug]);
  }

  /** The way to all messages of the session in the row that is clicked, whenever it began. */
  wayToSession(slug: string, title: string): Way {
    const time = 'from=${__data.fields.session_started_at.numeric}&to=${__data.fields.session_ends_at.numeric}';
    return this.wayTo(slug, time, [], { session_id: cell('session_id') }, title);
  }

  private wayTo(slug: string, time: string, kept: string[], choices: Record<string, string>, title: string): Way {
    const url = [
      `/d/${this.texts.tag}-${slug}?${time}`,
      ...['datasource', ...kept].map((name) => `\${${name}:queryparam}`),
      ...Object.entries(choices).map(([name, value]) => `var-${name}=${value}`),
    ].join('&');
    return { title, url };
  }

  /** What the field of a metric is called. Transformations find fields by that name. */
  metricTitle(id: string): string {
    return this.catalog.metrics[id].title;
  }

  /** What a status is called, as the title of a column that counts it. */
  status(value: string): DynamicConfigValue {
    return column.title(this.catalog.dimensions.status.values![value]);
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

function allSeries(): VizTooltipOptionsBuilder {
  return new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.None);
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

/** A colour that follows the thresholds, also where the metric has one of its own. */
export const byThreshold = () => new FieldColorBuilder().mode(FieldColorModeId.Thresholds);

export const dashed = (): DynamicConfigValue => ({ id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } });

export function dashedThresholds(): GraphThresholdsStyleConfigBuilder {
  return new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
}

/** The theme's colour of text, for what means neither good nor bad. */
const plain = () => new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text');

/** Adds options that the SDK has no method for. */
function withOptions<P extends PanelBuilder>(panel: P, options: object): P {
  const built = panel.build();
  built.options = { ...built.options, ...options };
  return panel;
}

/** One colour for one name, whichever chart it stands in. */
export const colorByName = () => new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);

/** Properties of a table's column. */
export const column = {
  /** A shorter title, where the panel's own says the rest. */
  title: (title: string): DynamicConfigValue => ({ id: 'displayName', value: title }),
  width: (width: number): DynamicConfigValue => ({ id: 'custom.width', value: width }),
  minWidth: (width: number): DynamicConfigValue => ({ id: 'custom.minWidth', value: width }),
  /** To the minute. */
  time: (): DynamicConfigValue[] => [
    { id: 'unit', value: 'time:YYYY-MM-DD HH:mm' },
    { id: 'custom.width', value: 130 },
  ],
  /** Long texts go on in the next line. */
  wrap: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'auto', wrapText: true } }),
  /** Values on the colours of their meaning, where they have one. */
  colored: (): DynamicConfigValue[] => [
    { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
    { id: 'color', value: { mode: 'fixed', fixedColor: 'transparent' } },
  ],
  /** There for links alone. */
  hidden: (): DynamicConfigValue => ({ id: 'custom.hideFrom', value: { viz: true, tooltip: true, legend: true } }),
  /** The titles of the field's links instead of addresses. */
  links: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'data-links' } }),
  /** Colours that change at the given values, in place of the metric's own. */
  threshold: (steps: ThresholdsConfigBuilder): DynamicConfigValue[] => [
    { id: 'thresholds', value: steps.build() },
    { id: 'color', value: { mode: FieldColorModeId.Thresholds } },
  ],
  total: (): DynamicConfigValue => ({ id: 'custom.footer.reducers', value: ['sum'] }),
  /** A bar of the value in the cell; shares are measured on the whole. */
  bar: (max?: number): DynamicConfigValue[] => [
    { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
    { id: 'custom.minWidth', value: 110 },
    { id: 'min', value: 0 },
    // Else the largest number of all columns would be the measure.
    max === undefined ? { id: 'fieldMinMax', value: true } : { id: 'max', value: max },
  ],
};
