import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import {
  AxisPlacement,
  BarAlignment,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
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
  VizOrientation,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DataTransformerConfig,
  type DynamicConfigValue,
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

import { type PanelBuilder } from './layout';
import { INTERVAL_END, INTERVAL_START, NONE } from '../types';
import { allSeries, MAX_BUCKETS, overTime, plain, upright, withOptions } from './charts';
import { column, type Columns } from './columns';
import { FUNNEL_BARS, funnelChart, STAGE_LINK } from './funnelChart';
import { type Choices, type DataLink, Links, ofFilters, ofRow, ofSeries, shown } from './links';
import { Ask, DATASOURCE, type Question } from './query';
import { type PanelTexts } from './texts';

/** The refId of a table's second query, for the trend of a metric. */
const TREND = 'B';

/** The colours of metrics, as in the backend, for panels that cannot take them from a field. */
export const COLORS = { conversations: '#7B79D6', sent: '#DA6E1B' };

/** Whether an increase is good, bad or neither, or not shown. */
export type Growth = 'good' | 'bad' | 'neutral' | 'none';

const GROWTH_COLORS: Record<Exclude<Growth, 'none'>, PercentChangeColorMode> = {
  good: PercentChangeColorMode.Standard,
  bad: PercentChangeColorMode.Inverted,
  neutral: PercentChangeColorMode.SameAsValue,
};

/** The order of the alert list: firing, then pending. */
const MOST_IMPORTANT_FIRST = 3;

/**
 * Creates the panels of one dashboard in one language. Units, colours and field titles
 * come with the data.
 */
export class Panels extends Links {
  /**
   * A card: numbers of the whole time range, or of the given last hours, with their change
   * from the previous period.
   */
  card(question: Question, growth: Growth, texts?: PanelTexts, last?: string, link?: DataLink): Stat {
    const panel = new Stat()
      .colorMode(BigValueColorMode.Value)
      // Metrics without a colour must not look like good or bad news.
      .colorScheme(plain())
      .noValue('–')
      // Several numbers are shown below each other.
      .orientation(VizOrientation.Horizontal)
      .graphMode(BigValueGraphMode.None)
      .text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(30).percentSize(13))
      // Not the last value that is not null: that can be the previous period.
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['last']));
    const now: Question = { format: 'timeseries', bucket: 'none', ...question };
    if (last) {
      panel.timeFrom(last).hideTimeOverride(true);
    }
    // A menu of several links would hide the change.
    if (link) {
      panel.overrideByName(question.metrics![0], [{ id: 'links', value: [link] }]);
    } else {
      this.leadOn(panel, question, {}, last && lately(last), 1);
    }
    if (growth === 'none') {
      return this.dress(panel, now, texts);
    }
    panel.showPercentChange(true).percentChangeColorMode(GROWTH_COLORS[growth]);
    // Two points: the previous period and this one.
    return this.dress(panel, { compare: 'previous_period', ...now }, texts, this.texts.change);
  }

  /** Parley's alert rules that are firing, pending or in error. */
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
   * A card with several numbers, each with a short title. The title replaces only the metric's:
   * if people group the card, its numbers have the names of their groups.
   */
  cards(question: Question, growth: Growth, texts: PanelTexts, titles: string[]): Stat {
    const panel = this.card(question, growth, texts);
    question.metrics!.forEach((id, at) => panel.overrideByName(this.metricTitle(id), [column.title(titles[at])]));
    return panel;
  }

  /** Stacked bars over time. A bar covers its whole interval, even if the time range starts within it. */
  bars(question: Question, texts: PanelTexts): TimeSeries {
    const panel = overTime()
      .drawStyle(GraphDrawStyle.Bars)
      .barAlignment(BarAlignment.After)
      .barWidthFactor(0.85)
      .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
      .lineWidth(0)
      .fillOpacity(100)
      .showPoints(VisibilityMode.Never);
    this.leadOn(panel, question, ofSeries(question.groupBy ?? []), INTERVAL);
    return this.dress(panel, { format: 'timeseries', bucket: 'auto', ...question }, texts);
  }

  /** Stacked bars by the hour of the day. */
  barsByHour(by: string, question: Question, texts: PanelTexts): BarChart {
    const x = crossing('hour_of_day', by);
    const panel = upright(x, StackingMode.Normal)
      // Without this, the panel shortens the labels too much.
      .xTickLabelMaxLength(20)
      .xTickLabelSpacing(40)
      .overrideByName(x, [{ id: 'unit', value: 'suffix:h' }])
      .unit('locale');
    this.cross('hour_of_day', by, question.metrics![0]).forEach((step) => panel.withTransformation(step));
    // Grouped by name, so that the colours match those of other charts.
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
    this.leadOn(panel, question, ofSeries(question.groupBy ?? []), INTERVAL);
    return this.dress(panel, { format: 'timeseries', bucket: 'auto', ...question }, texts);
  }

  /** Bars side by side over time, for numbers that are not parts of a whole. */
  areas(question: Question, texts: PanelTexts): TimeSeries {
    return this.lines(question, texts).fillOpacity(12).showPoints(VisibilityMode.Auto);
  }

  /** A pie chart. */
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
      // Applies to percentages too. Integers have no decimals.
      .overrideByFieldType('number', [{ id: 'decimals', value: 1 }]);
    this.leadOn(panel, question, ofSeries(question.groupBy ?? []));
    // The builder has no option for the order yet. Slices keep the order of the data.
    return withOptions(this.dress(panel, question, texts), { sort: SortOrder.None });
  }

  /** A heatmap by weekday and hour. */
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

  /** A table with names and bars, largest first. The panel title says what the bars are. */
  ranking(by: string, metric: string, question: Question, texts: PanelTexts, links: DynamicConfigValue[] = []): Table {
    return this.table(
      { metrics: [metric], groupBy: [by], orderBy: [{ by: metric, desc: true }], ...question },
      { [shown(by)]: links, [metric]: [column.width(105), ...column.bar()] },
      texts
    ).showHeader(false);
  }

  /** A table of the whole time range, or of the given last hours. */
  table(question: Question, columns: Columns, texts: PanelTexts, last?: string): Table {
    const panel = new Table()
      .cellHeight(TableCellHeight.Sm)
      .showHeader(true)
      .minWidth(70)
      .overrideByRegexp('.*', [{ id: 'custom.wrapHeaderText', value: true }]);
    this.leadOn(panel, question, ofRow(question.groupBy ?? []), last && lately(last));
    this.prepareComparison(panel, question, columns);
    for (const [id, properties] of Object.entries(columns)) {
      panel.overrideByName(id, properties);
    }
    // Links to files only have the dashboard's time range.
    return last
      ? this.dress(panel, question, texts).timeFrom(last).hideTimeOverride(true)
      : this.dress(panel, question, texts).links(this.downloads(question));
  }

  /** Prepares a table for comparisons, which add columns with long titles and totals. */
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

  /** Adds a sparkline of a metric to a table by one dimension. */
  withTrend(table: Table, by: string, metric: string, title: string): Table {
    const course: Question = { metrics: [metric], groupBy: [by], format: 'timeseries', bucket: 'auto' };
    return table
      .maxDataPoints(MAX_BUCKETS)
      .withTarget(new Ask(course, this.texts.language, this.variables, TREND))
      .withTransformation({ id: 'timeSeriesTable', options: {} })
      // Both results have the dimension. A join would fail if a result has no fields.
      .withTransformation({ id: 'merge', options: {} })
      .overrideByName(`Trend #${TREND}`, [
        column.title(title),
        column.width(160),
        column.sparkline(),
        { id: 'color', value: { mode: 'fixed', fixedColor: COLORS.conversations } },
      ]);
  }

  /** A matrix: one dimension as rows, the other as columns, coloured by the metric. */
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

  /** The funnel, with shares of the previous stage if detailed is true. */
  funnel(texts: PanelTexts, detailed: boolean): BarChart {
    const panel = funnelChart(detailed, this.texts.ofPrevious);
    const links = [this.details('session-initiation', { status: STAGE_LINK })];
    for (const field of FUNNEL_BARS) {
      panel.overrideByName(field, [{ id: 'links', value: links }]);
    }
    const question = { metrics: ['stage_reached', 'stage_share_of_sent', 'stage_share_of_previous'], groupBy: ['stage'] };
    return this.dress(panel, question, texts);
  }

  /** The names of the fields with the change of a metric, for a transformation that removes them. */
  changesOf(id: string): Record<string, boolean> {
    const names = Object.values(this.catalog.change).map((text) => text.replace('{0}', this.metricTitle(id)));
    return Object.fromEntries(names.map((name) => [name, true]));
  }

  /** The display name of a metric's field. Transformations find fields by that name. */
  metricTitle(id: string): string {
    return this.catalog.metrics[id].title;
  }

  /** The display name of a status, as the title of a column. */
  status(value: string): DynamicConfigValue {
    return column.title(this.catalog.dimensions.status.values![value]);
  }

  /** Pivots rows of two dimensions: one row per value of the first, one field per value of the second. */
  private cross(row: string, by: string, metric: string): DataTransformerConfig[] {
    // Grafana finds it by its display name.
    const left = { matcher: { id: 'byName', options: this.metricTitle(metric) } };
    return [
      // A copy without the metric's title, which would become the title of every column.
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

  /** A short title for a column of a dimension. */
  titleOf(dimension: string): DynamicConfigValue {
    return column.title(this.catalog.dimensions[dimension].title);
  }

  /** Links every metric of a panel to its rows. */
  private leadOn(panel: Linkable, { metrics = [], filters }: Question, own: Choices, time?: string, most?: number): void {
    for (const metric of metrics) {
      const links = this.behind(metric, { ...ofFilters(filters), ...own }, time, most);
      if (links.length > 0) {
        panel.overrideByName(metric, links);
      }
    }
  }

  /** Sets the properties that every panel has. */
  private dress<P extends Dressable>(panel: P, question: Question, texts?: PanelTexts, ...notes: string[]): P {
    const metrics = question.metrics ?? [];
    return panel
      .title(texts?.title ?? this.catalog.metrics[metrics[0]].title)
      .description([texts?.note, this.definitions(question), ...notes].filter(Boolean).join('\n\n'))
      .datasource(DATASOURCE)
      .withTarget(new Ask(question, this.texts.language, this.variables));
  }

  /** The description: the definition of the metric, or a list of the metrics and groups. */
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

/** Returns a regular expression for the titles that the patterns create from a metric's title. */
function anyOf(patterns: string[], title: string): string {
  return `(${patterns.map((pattern) => pattern.split('{0}').map(escapeRegExp).join(title)).join('|')})`;
}

/** The cells of a matrix. */
const CELL = 'cell';

/** The clicked row of a matrix. */
const FIRST_FIELD = '${__data.fields[0].text:percentencode}';

/** The clicked row and column of a matrix. The name of the column is a display text. */
const ofCrossing = (row: string, by: string): Choices => ({
  [row]: { text: FIRST_FIELD },
  [shown(by)]: '${__field.name:percentencode}',
});

/** The name that Grafana gives the field of the rows. */
const crossing = (row: string, by: string) => `${row}\\${shown(by)}`;

/** The time range of a panel of the last hours, for links: Grafana does not pass it on. */
export const lately = (last: string) => `from=now-${last}&to=now`;

/** The time range of the clicked bar or point. */
const INTERVAL = `from=\${__data.fields.${INTERVAL_START}.numeric}&to=\${__data.fields.${INTERVAL_END}.numeric}`;

interface Linkable {
  overrideByName(name: string, properties: DynamicConfigValue[]): unknown;
}

interface Dressable extends PanelBuilder {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: typeof DATASOURCE): this;
  withTarget(target: Ask): this;
}

