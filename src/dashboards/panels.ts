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
  type DataTransformerConfig,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  PanelBuilder as AnyPanel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  HeatmapTooltipBuilder,
  PanelBuilder as Heatmap,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
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
import { NONE } from '../types';
import { Ask, DATASOURCE, type Question } from './query';
import { type PanelTexts, type Texts } from './texts';

/** So many buckets stay apart on a panel of half the width. */
const MAX_BUCKETS = 100;

/** Far more than anybody ever sends. */
const ENDLESS = 1e15;

/** The name of a table's second question, how a metric went. */
const TREND = 'B';

/** The colours of metrics, as the backend has them, where no field can bring them along. */
export const COLORS = { conversations: '#7B79D6', sent: '#DA6E1B' };

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
/** Dimensions whose values are ids: a table shows their names beside them. */
const ENTITIES = ['account', 'line', 'team', 'agent', 'contact', 'campaign', 'send', 'conversation_id'];

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

  /** A card of several numbers with short titles of their own. */
  cards(question: Question, growth: Growth, texts: PanelTexts, titles: string[]): Stat {
    const panel = this.card(question, growth, texts);
    question.metrics!.forEach((id, at) => panel.overrideByName(id, [column.title(titles[at])]));
    return panel;
  }

  /**
   * Bars over time, stacked where they are parts of a whole. They stand in a bar
   * chart and not in Grafana's time series, which would cut off the bar of a day
   * in the middle of which the range begins.
   */
  bars(question: Question, texts: PanelTexts, stacking = StackingMode.Normal): BarChart {
    const panel = upright('time', stacking).maxDataPoints(MAX_BUCKETS).xTickLabelSpacing(100);
    return this.dress(panel, { format: 'timeseries', bucket: 'auto', ...question }, texts);
  }

  /** Bars by the hour of the day, stacked by the values of a dimension. */
  barsByHour(by: string, question: Question, texts: PanelTexts): BarChart {
    const x = crossing('hour_of_day', by);
    const panel = upright(x, StackingMode.Normal)
      // The panel shortens numbers to nothing unless it is told how long they may be.
      .xTickLabelMaxLength(20)
      .xTickLabelSpacing(40)
      .overrideByName(x, [{ id: 'unit', value: 'suffix:h' }])
      .unit('locale');
    this.cross('hour_of_day', by, question.metrics![0]).forEach((step) => panel.withTransformation(step));
    // Asked by name, so that the colours are those of the other charts.
    panel.withTransformation({ id: 'sortBy', options: { sort: [{ field: this.catalog.dimensions.hour_of_day.title }] } });
    const asked = { groupBy: ['hour_of_day', by], orderBy: [{ by: shown(by) }, { by }], ...question };
    return this.dress(panel, asked, texts);
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

  /** When in the week there is most: an hour's cell, the fuller the stronger its colour. */
  peaks(metric: string, color: string, question: Question, texts: PanelTexts): Heatmap {
    const panel = new Heatmap()
      .color(
        new HeatmapColorOptionsBuilder()
          .mode(HeatmapColorMode.Opacity)
          .fill(color)
          .scale(HeatmapColorScale.Exponential)
          .exponent(0.4)
          .steps(64)
      )
      .cellGap(2)
      .cellRadius(2)
      .yAxis(new YAxisConfigBuilder().axisPlacement(AxisPlacement.Left).axisGridShow(false))
      .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).showColorScale(true))
      .hideLegend();
    const asked = { metrics: [metric], groupBy: ['weekday', 'hour_of_day'], format: 'heatmap', ...question };
    return this.dress(panel, asked, texts);
  }

  /** Names and bars: what there is most of. The panel's title says what the bars are. */
  ranking(by: string, metric: string, question: Question, texts: PanelTexts, links: DynamicConfigValue[] = []): Table {
    return this.table(
      { metrics: [metric], groupBy: [by], orderBy: [{ by: metric, desc: true }], ...question },
      { [shown(by)]: [column.wrap(), ...links], [metric]: [column.width(120), ...column.bar()] },
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

  /** Adds to a table by one dimension how a metric went, as a line in the cell. */
  withTrend(table: Table, by: string, metric: string, title: string): Table {
    const course: Question = { metrics: [metric], groupBy: [by], format: 'timeseries', bucket: 'auto' };
    return table
      .maxDataPoints(MAX_BUCKETS)
      .withTarget(new Ask(course, this.texts.language, this.variables, TREND))
      .withTransformation({ id: 'timeSeriesTable', options: {} })
      // By the dimension, which both have. A join would fail where an answer has no fields.
      .withTransformation({ id: 'merge', options: {} })
      .overrideByName(`Trend #${TREND}`, [
        column.title(title),
        column.width(160),
        column.sparkline(),
        { id: 'color', value: { mode: 'fixed', fixedColor: COLORS.conversations } },
      ]);
  }

  /** A metric by two dimensions at once: rows of one, columns of the other, the fuller the stronger their colour. */
  matrix(row: string, by: string, metric: string, question: Question, texts: PanelTexts, total: string): Table {
    const asked = { metrics: [metric], groupBy: [row, by], orderBy: [{ by: metric, desc: true }], ...question };
    const table = this.table(asked, {}, texts);
    this.cross(row, by, metric).forEach((step) => table.withTransformation(step));
    return table
      .unit('locale')
      .withTransformation({
        id: 'calculateField',
        options: { mode: 'reduceRow', reduce: { reducer: 'sum' }, alias: total },
      })
      .withTransformation({ id: 'sortBy', options: { sort: [{ field: total, desc: true }] } })
      .overrideByFieldType('number', [
        { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
        { id: 'color', value: { mode: 'continuous-purples' } },
        { id: 'min', value: 0 },
      ])
      .overrideByName(total, [column.width(90), { id: 'custom.cellOptions', value: { type: 'auto' } }])
      .overrideByName(NONE, [column.title(this.catalog.none)])
      .overrideByName(crossing(row, by), [column.width(180), this.link('conversations', row)]);
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
   * The links of a cell to other dashboards, with the same time and choices but
   * the cell's own value.
   */
  link(slugs: string | string[], dimension: string): DynamicConfigValue {
    // What a cell of names shows is no id.
    const own = ENTITIES.includes(dimension) ? cell(dimension) : '${__value.raw:percentencode}';
    return { id: 'links', value: [slugs].flat().map((slug) => this.way(slug, { [dimension]: own })) };
  }

  /** The link of a series to the messages that it counts, by the dimension that tells it from the others. */
  linkOfSeries(slug: string, dimension: string, choices: Record<string, string> = {}): DynamicConfigValue {
    const own = `\${__field.labels.${dimension}:percentencode}`;
    return { id: 'links', value: [this.way(slug, { ...choices, [dimension]: own })] };
  }

  /** The way to another dashboard, with the same time and choices but those that are given. */
  way(slug: string, choices: Record<string, string>, time = '${__url_time_range}'): Way {
    const kept = [...this.variables, 'filters'].filter((name) => !(name in choices));
    return this.wayTo(slug, time, kept, choices, this.texts.links[slug]);
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

  /** Turns rows of two dimensions and a metric into a row for each value of one and a field for each of the other. */
  private cross(row: string, by: string, metric: string): DataTransformerConfig[] {
    // It is found by what people read.
    const left = { matcher: { id: 'byName', options: this.metricTitle(metric) } };
    return [
      // A copy without the metric's title, which would stand over every column.
      {
        id: 'calculateField',
        options: { mode: 'binary', binary: { left, operator: '*', right: { fixed: '1' } }, alias: CELL },
      },
      {
        id: 'groupingToMatrix',
        options: { rowField: row, columnField: shown(by), valueField: CELL, emptyValue: 'zero' },
      },
    ];
  }

  /** The short title of a dimension, for a column whose own is long. */
  titleOf(dimension: string): DynamicConfigValue {
    return column.title(this.catalog.dimensions[dimension].title);
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

/** Upright bars over the values of a field. */
function upright(x: string, stacking: StackingMode): BarChart {
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

/** The metric in the cells of a matrix. */
const CELL = 'cell';

/** What Grafana calls the field of the rows then. */
const crossing = (row: string, by: string) => `${row}\\${shown(by)}`;

/** The column of a table in which people read the values of a dimension. */
export function shown(dimension: string): string {
  return ENTITIES.includes(dimension) ? `${dimension}_name` : dimension;
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

/** The numbers of a card side by side, where it is wide and low. */
export function sideBySide(card: Stat): Stat {
  return card
    .orientation(VizOrientation.Vertical)
    .text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(22).percentSize(12));
}

/** A legend of many series beside them, the largest sum first. */
export function rankedLegend(): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Right)
    .calcs(['sum'])
    // What Grafana calls the sum.
    .sortBy('Total')
    .sortDesc(true);
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
export function withOptions<P extends PanelBuilder>(panel: P, options: object): P {
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
  /** One line of text. */
  plain: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'auto' } }),
  /** Values on the colours of their meaning, where they have one. */
  colored: (): DynamicConfigValue[] => [
    { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
    { id: 'color', value: { mode: 'fixed', fixedColor: 'transparent' } },
  ],
  /** There for links alone. */
  hidden: (): DynamicConfigValue => ({ id: 'custom.hideFrom.viz', value: true }),
  /** Without places after the point. */
  whole: (): DynamicConfigValue => ({ id: 'decimals', value: 0 }),
  inColor: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'color-text' } }),
  /** Each of several values on a colour of its own. */
  pills: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'pill', wrapText: true } }),
  sparkline: (): DynamicConfigValue => ({
    id: 'custom.cellOptions',
    value: { type: 'sparkline', hideValue: true, lineInterpolation: 'linear', gradientMode: 'none', fillOpacity: 20 },
  }),
  /** Nothing where there is nothing, in a list of single messages. */
  blank: (): DynamicConfigValue => ({
    id: 'mappings',
    value: [{ type: 'special', options: { match: 'null', result: { text: '' } } }],
  }),
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
