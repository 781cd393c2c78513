import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  AdHocVariableBuilder,
  AnnotationQueryBuilder,
  AnnotationQueryPlacement,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  type RowPanel,
  TextBoxVariableBuilder,
  TimeOptionBuilder,
  TimePickerBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

import { exportPath, type Format } from '../exportPath';
import { type CatalogTexts } from './catalog';
import { type Band, place } from './layout';
import { DETAILS, FILES, OPEN_REPORT } from './links';
import { Panels } from './panels';
import { Ask, chosen, DATASOURCE, isWritten, PLUGIN_ID, type Question } from './query';
import { type DashboardTexts, type Texts } from './texts';
import { VARIABLES } from './variables';

/** A dashboard without its texts. */
export interface Definition {
  /** File name and end of the uid. */
  slug: string;
  /** Start of the default time range. It ends now. */
  from: string;
  /** Refresh interval. No automatic refresh by default. */
  refresh?: string;
  /** Annotations, and whether they are on by default. */
  marks?: Partial<Record<Mark, 'on' | 'off'>>;
  texts(texts: Texts): DashboardTexts<string, string>;
  bands(panels: Panels): Band[];
}

/** The tag of dashboards that people saved with filters of their own. */
export const SAVED_VIEW = 'parley-saved';

export function build(definition: Definition, texts: Texts, catalog: CatalogTexts): Dashboard {
  const { title, description } = definition.texts(texts);
  const variables = VARIABLES[definition.slug];
  const dashboard = new DashboardBuilder(title)
    .uid(`${texts.tag}-${definition.slug}`)
    .description(description)
    .tags(['parley', texts.tag])
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: definition.from, to: 'now' })
    // Weeks start on Monday, whatever the user's settings.
    .weekStart('monday')
    .timepicker(periods(texts))
    .link(menu(texts.reports, texts.tag, true))
    .link(menu(texts.savedViews, SAVED_VIEW, false))
    .link(file('xlsx', definition.slug, texts))
    .link(file('pdf', definition.slug, texts));
  if (definition.refresh) {
    dashboard.refresh(definition.refresh);
  }
  dashboard.withVariable(datasource(texts));
  for (const variable of variables) {
    dashboard.withVariable(
      isWritten(variable) ? box(variable, texts, catalog) : choice(variable, variables, texts, catalog)
    );
  }
  dashboard.withVariable(new AdHocVariableBuilder('filters').label(texts.moreFilters).datasource(DATASOURCE));
  for (const [report, state] of Object.entries(definition.marks ?? {})) {
    dashboard.annotation(marks(report as Mark, state, variables, texts, catalog));
  }
  for (const panel of place(definition.bands(new Panels(texts, catalog, definition.slug)))) {
    if (panel instanceof RowBuilder) {
      dashboard.withRow(panel);
    } else {
      dashboard.withPanel(panel);
    }
  }
  return withDetails(dashboard.build());
}

/** Completes the links to the details panel: the last panel, except for the list of open conversations. */
function withDetails(dashboard: Dashboard): Dashboard {
  const lists = dashboard.panels!.filter((panel) => reportOf(panel) !== OPEN_REPORT);
  const { id } = lists.at(-1)!;
  return JSON.parse(JSON.stringify(dashboard).replaceAll(DETAILS, `panel-${id}`));
}

const reportOf = (panel: Panel | RowPanel) => ('targets' in panel ? (panel.targets?.[0] as Partial<Question>)?.report : undefined);

/** The time ranges that the time picker offers. */
function periods({ ranges }: Texts): TimePickerBuilder {
  const period = (display: string, from: string, to: string) =>
    new TimeOptionBuilder().display(display).from(from).to(to);
  return new TimePickerBuilder().quickRanges([
    period(ranges.today, 'now/d', 'now'),
    period(ranges.yesterday, 'now-1d/d', 'now-1d/d'),
    period(ranges.last24Hours, 'now-24h', 'now'),
    period(ranges.last7Days, 'now-7d', 'now'),
    period(ranges.last30Days, 'now-30d', 'now'),
    period(ranges.thisWeek, 'now/w', 'now'),
    period(ranges.thisMonth, 'now/M', 'now'),
    period(ranges.lastMonth, 'now-1M/M', 'now-1M/M'),
  ]);
}

/** A menu of the dashboards with a tag. They open with the time range and the variables of this one, or with their own. */
function menu(title: string, tag: string, keeps: boolean): Builder<DashboardLink> {
  return onTop(
    new DashboardLinkBuilder(title)
      .type(DashboardLinkType.Dashboards)
      .tags([tag])
      .asDropdown(true)
      .keepTime(keeps)
      .includeVars(keeps)
  );
}

/** A link to the whole dashboard as a file, with the time range and filters on the screen. */
function file(format: Format, slug: string, texts: Texts): Builder<DashboardLink> {
  const name = FILES[format];
  const parameters = `format=${format}&dashboard=${slug}&language=${texts.language}&timezone=\${__timezone}`;
  return onTop(
    new DashboardLinkBuilder(name)
      .type(DashboardLinkType.Link)
      .icon('doc')
      .tooltip(texts.download.replace('{0}', name))
      .url(`${exportPath('${datasource}')}?${parameters}`)
      .keepTime(true)
      .includeVars(true)
      // The router of Grafana must not open it.
      .targetBlank(true)
  );
}

/** A link that is not hidden in a menu, as it would be by default of the SDK. */
function onTop(builder: DashboardLinkBuilder): Builder<DashboardLink> {
  const link = builder.build();
  delete link.placement;
  return { build: () => link };
}

function datasource(texts: Texts): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource')
    .label(texts.datasource)
    .type(PLUGIN_ID)
    .hide(VariableHide.InControlsMenu)
    .current({ text: 'Parley', value: 'parley' });
}

const MARK_COLORS = {
  campaign_sends: 'orange',
  failure_bursts: 'red',
  template_changes: 'purple',
};

/** An annotation query. */
type Mark = keyof typeof MARK_COLORS;

function marks(
  report: Mark,
  state: 'on' | 'off',
  variables: string[],
  texts: Texts,
  catalog: CatalogTexts
): AnnotationQueryBuilder {
  const query = new AnnotationQueryBuilder()
    .name(catalog.reports[report].title)
    .datasource(DATASOURCE)
    .enable(state === 'on')
    .iconColor(MARK_COLORS[report])
    .target(new Ask({ report }, texts.language, variables, 'Anno'));
  return state === 'on' ? query : query.placement(AnnotationQueryPlacement.InControlsMenu);
}

/** The variables that filter the values of other variables. */
const NARROWED_BY: Record<string, string[]> = {
  channel: ['account'],
  line: ['account', 'channel'],
  team: ['account'],
  template: ['account', 'line'],
  campaign: ['account', 'line'],
  subaccount: ['account'],
  agent: ['account'],
  content_type: ['account', 'line'],
};

/** A text box variable. */
function box(dimension: string, texts: Texts, catalog: CatalogTexts): TextBoxVariableBuilder {
  return new TextBoxVariableBuilder(dimension)
    .label(texts.labels[dimension] ?? catalog.dimensions[dimension].title)
    .defaultValue('')
    .current({ text: '', value: '' });
}

function choice(dimension: string, variables: string[], texts: Texts, catalog: CatalogTexts): QueryVariableBuilder {
  const { title, values } = catalog.dimensions[dimension];
  const narrowing = (NARROWED_BY[dimension] ?? []).filter((name) => variables.includes(name));
  return new QueryVariableBuilder(dimension)
    .label(texts.labels[dimension] ?? title)
    .datasource(DATASOURCE)
    // Grafana shows this in its list of variables. After an edit it uses the text of the query.
    .query({ refId: dimension, query: title, dimension, ...(narrowing.length > 0 && { filters: narrowing.map(chosen) }) })
    .definition(title)
    .refresh(VariableRefresh.OnDashboardLoad)
    // Fixed values keep their order.
    .sort(values ? VariableSort.Disabled : VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(true)
    .includeAll(true)
    .current({ text: ['All'], value: ['$__all'] });
}
