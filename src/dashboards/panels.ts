import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import {
  AxisPlacement,
  BarAlignment,
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
  VizTextDisplayOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DataTransformerConfig,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  PanelBuilder as AnyPanel,
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
import { escapeRegExp } from 'lodash';

import { type CatalogTexts } from './catalog';
import { type PanelBuilder } from './layout';
import { NONE } from '../types';
import { column, type Columns } from './columns';
import { FUNNEL_BARS, funnelChart, STAGE_LINK } from './funnelChart';
import { type Choices, type DataLink, Links, ofFilters, ofRow, ofSeries, shown } from './links';
import { Ask, DATASOURCE, type Question } from './query';
import { type PanelTexts, type Texts } from './texts';

/** So many buckets stay apart on a panel of half the width. */
const MAX_BUCKETS = 100;

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

/** The alert list's order: what fires, then what may fire soon. */
const MOST_IMPORTANT_FIRST = 3;

/**
 * Makes the panels of one dashboard in one language. Units, colours and titles
 * of fields come with the data; here stands only what makes the panel.
 */
export class Panels extends Links {
  constructor(
    texts: Texts,
    private readonly catalog: CatalogTexts,
    slug: string
  ) {
    super(texts, slug);
  }

  /**
   * Large numbers of the whole range, or of the last hours where that is given, each
   * with its change against the period before.
   */
  card(question: Question, growth: Growth, texts?: PanelTexts, last?: string, link?: DataLink): Stat {
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
    if (last) {
      panel.timeFrom(last).hideTimeOverride(true);
    }
    // A card with a menu of links would hide the change.
    if (link) {
      panel.overrideByName(question.metrics![0], [{ id: 'links', value: [link] }]);
    } else {
      this.leadOn(panel, question, {}, last && lately(last), 1);
    }
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

  /** Bars over time, stacked, as parts of a whole. A bar covers its bucket, also where the range begins inside it. */
  bars(question: Question, texts: PanelTexts): TimeSeries {
    const panel = overTime()
      .drawStyle(GraphDrawStyle.Bars)
      .barAlignment(BarAlignment.After)
      .barWidthFactor(0.85)
      .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
      .lineWidth(0)
      .fillOpacity(100)
      .showPoints(VisibilityMode.Never);
    this.leadOn(panel, question, ofSeries(question.groupBy ?? []));
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
    panel.overrideByFieldType('number', this.behind(question.metrics![0], ofCrossing('hour_of_day', by)));
    const asked = { groupBy: ['hour_of_day', by], orderBy: [{ by: shown(by) }, { by }], ...question };
    return this.dress(panel, asked, texts);
  }

  /** Lines over time. */
  lines(question: Question, texts: PanelTexts): TimeSeries {
    const panel = overTime()
      .drawStyle(GraphDrawStyle.Line)
      .lineWidth(2)
      .fillOpacity(0)
      .showPoints(VisibilityMode.Always)
      .pointSize(5);
    this.leadOn(panel, question, ofSeries(question.groupBy ?? []));
    return this.dress(panel, { format: 'timeseries', bucket: 'auto', ...question }, texts);
  }

  /** Numbers over time beside each other that are not parts of a whole. */
  areas(question: Question, texts: PanelTexts): TimeSeries {
    return this.lines(question, texts).fillOpacity(12).showPoints(VisibilityMode.Auto);
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
    this.leadOn(panel, question, ofSeries(question.groupBy ?? []));
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
      { [shown(by)]: links, [metric]: [column.width(105), ...column.bar()] },
      texts
    ).showHeader(false);
  }

  table(question: Question, columns: Columns, texts: PanelTexts): Table {
    const panel = new Table()
      .cellHeight(TableCellHeight.Sm)
      .showHeader(true)
      .minWidth(70)
      .overrideByRegexp('.*', [{ id: 'custom.wrapHeaderText', value: true }]);
    this.leadOn(panel, question, ofRow(question.groupBy ?? []));
    this.prepareComparison(panel, question, columns);
    for (const [id, properties] of Object.entries(columns)) {
      panel.overrideByName(id, properties);
    }
    return this.dress(panel, question, texts);
  }

  /** Prepares a table for readers who compare it: the columns that this adds have long titles, and totals too. */
  private prepareComparison(panel: Table, { metrics = [] }: Question, columns: Columns): void {
    const before = Object.values(this.catalog.previous);
    const { absolute, percent } = this.catalog.change;
    panel.overrideByRegexp(anyOf([...before, absolute, percent], '.*'), [column.minWidth(120)]);
    const total = column.total();
    const totalled = metrics.filter((id) => columns[id]?.some((property) => property.id === total.id));
    if (totalled.length > 0) {
      const titles = totalled.map((id) => escapeRegExp(this.metricTitle(id)));
      panel.overrideByRegexp(anyOf([...before, absolute], `(${titles.join('|')})`), [total]);
    }
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
        ...this.behind(metric, ofCrossing(row, by)),
      ])
      .overrideByName(total, [
        column.width(90),
        ...this.behind(metric, { [row]: { text: FIRST_FIELD } }),
        { id: 'custom.cellOptions', value: { type: 'auto' } },
      ])
      .overrideByName(NONE, [column.title(this.catalog.dimensions[by].none ?? this.catalog.none)])
      .overrideByName(crossing(row, by), [column.width(180), this.link('conversations', row)]);
  }

  /** The stages of the funnel, with their shares of the stage before where it is detailed. */
  funnel(texts: PanelTexts, detailed: boolean): BarChart {
    const panel = funnelChart(detailed, this.texts.ofPrevious);
    const links = [this.details('session-initiation', { status: STAGE_LINK })];
    for (const field of FUNNEL_BARS) {
      panel.overrideByName(field, [{ id: 'links', value: links }]);
    }
    const question = { metrics: ['stage_reached', 'stage_share_of_sent', 'stage_share_of_previous'], groupBy: ['stage'] };
    return this.dress(panel, question, texts);
  }

  /** The fields with the change of a metric, as the names that a transformation excludes. */
  changesOf(id: string): Record<string, boolean> {
    const names = Object.values(this.catalog.change).map((text) => text.replace('{0}', this.metricTitle(id)));
    return Object.fromEntries(names.map((name) => [name, true]));
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

  /** Links every metric of a panel to the rows behind it. */
  private leadOn(panel: Linkable, { metrics = [], filters }: Question, own: Choices, time?: string, most?: number): void {
    for (const metric of metrics) {
      const links = this.behind(metric, { ...ofFilters(filters), ...own }, time, most);
      if (links.length > 0) {
        panel.overrideByName(metric, links);
      }
    }
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

/** A regular expression for the titles that one of the patterns makes of the title of a metric. */
function anyOf(patterns: string[], title: string): string {
  return `(${patterns.map((pattern) => pattern.split('{0}').map(escapeRegExp).join(title)).join('|')})`;
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

/** The row that is clicked in a matrix. */
const FIRST_FIELD = '${__data.fields[0].text:percentencode}';

/** The row and the column that are clicked in a matrix. The column is called as people read its value. */
const ofCrossing = (row: string, by: string): Choices => ({
  [row]: { text: FIRST_FIELD },
  [shown(by)]: '${__field.name:percentencode}',
});

/** What Grafana calls the field of the rows then. */
const crossing = (row: string, by: string) => `${row}\\${shown(by)}`;

/** The time of a panel that shows the last hours: such panels don't tell it to their links. */
export const lately = (last: string) => `from=now-${last}&to=now`;

/** A chart over time before it has lines or bars. */
function overTime(): TimeSeries {
  return new TimeSeries().maxDataPoints(MAX_BUCKETS).axisSoftMin(0).legend(bottomLegend()).tooltip(allSeries());
}

interface Linkable {
  overrideByName(name: string, properties: DynamicConfigValue[]): unknown;
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
