import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  type DynamicConfigValue,
} from '@grafana/grafana-foundation-sdk/dashboard';

import { exportPath, type Format } from '../exportPath';
import { type Filter, NONE } from '../types';
import { type CatalogTexts } from './catalog';
import { downloaded, type Question } from './query';
import { type Texts } from './texts';
import { VARIABLES } from './variables';

/** The formats of files, with their names. */
export const FILES: Record<Format, string> = { xlsx: 'Excel', csv: 'CSV', tsv: 'TSV', pdf: 'PDF' };

/** A data link in Grafana's format. */
export interface DataLink {
  title: string;
  url: string;
}

/** How a link filters a dimension: by one value, by several, by all but some, or by the value of a display text. */
export type Choice = string | string[] | { not: string[] } | { text: string };

export type Choices = Record<string, Choice>;

/** Dimensions with ids as values. Tables also have a column with their names. */
const ENTITIES = ['account', 'line', 'team', 'agent', 'contact', 'campaign', 'send', 'conversation_id'];

/** The table column that shows the values of a dimension. */
export function shown(dimension: string): string {
  return ENTITIES.includes(dimension) ? `${dimension}_name` : dimension;
}

/** The text of a field in the clicked row. */
export const cell = (field: string) => `\${__data.fields.${field}.text:percentencode}`;

/** Placeholder for the number of the details panel. */
export const DETAILS = 'panel-details';

const SENT = ['sent', 'delivered', 'read'];
const NOTIFIED = [...SENT, 'replied'];

type Target = [slug: string, choices?: Choices, panel?: string];

/** The panel of the dashboard Conversations that lists what is open now, and its report. */
export const OPEN_LIST = 7;
export const OPEN_REPORT = 'open_conversations';

const BOTH_DIRECTIONS: Target[] = [['messages-sent', { status: SENT }], ['messages-received']];

/** The list of conversations has others too: those with a message in the time range. */
const OPENED: Target[] = [['conversations', { opened_in_period: 'yes' }]];

/** The dashboards that list the rows of each metric, and the filters with which the numbers match. */
const TARGETS: Record<string, Target[]> = {
  messages_outbound: [['messages-sent']],
  messages_sent: [['messages-sent', { status: SENT }]],
  messages_received: [['messages-received']],
  messages: BOTH_DIRECTIONS,
  messages_delivered: [['messages-sent', { status: ['delivered', 'read'] }]],
  messages_read: [['messages-sent', { status: 'read' }]],
  messages_failed: [['messages-sent', { status: 'failed' }]],
  messages_pending: [['messages-sent', { status: 'pending' }]],
  failed_rate: [['messages-sent', { status: 'failed' }]],
  delivery_rate: [['messages-sent', { status: ['delivered', 'read'] }]],
  read_rate: [['messages-sent', { status: 'read' }]],
  sent_received_ratio: BOTH_DIRECTIONS,
  sent_in_window_share: [['messages-sent', { status: SENT, in_window: 'open' }]],
  button_clicks: [['messages-received', { content_type: ['button', 'interactive'] }]],
  active_contacts: [['messages-received']],
  active_agents: [['messages-sent', { agent: { not: [NONE] } }]],
  cost_usd: [['messages-sent']],

  sessions_by_business: [['session-initiation', { status: ['pending', ...NOTIFIED] }]],
  // No dashboard lists the sessions that contacts start.
  sessions_free_entry_point: [['session-initiation', { initiator: 'free_entry_point' }]],

  initiations: [['session-initiation']],
  notifications: [['session-initiation', { status: { not: [NONE] } }]],
  notification_users: [['session-initiation', { status: { not: [NONE] } }]],
  notifications_failed: [['session-initiation', { status: 'failed' }]],
  notifications_failed_share: [['session-initiation', { status: 'failed' }]],
  notification_failed_rate: [['session-initiation', { status: 'failed' }]],
  notifications_pending: [['session-initiation', { status: 'pending' }]],
  notified: [['session-initiation', { status: NOTIFIED }]],
  notified_delivered: [['session-initiation', { status: ['delivered', 'read', 'replied'] }]],
  notified_delivery_rate: [['session-initiation', { status: ['delivered', 'read', 'replied'] }]],
  notified_read: [['session-initiation', { status: ['read', 'replied'] }]],
  notified_read_rate: [['session-initiation', { status: ['read', 'replied'] }]],
  answered: [['session-initiation', { status: 'replied' }]],
  answer_rate: [['session-initiation', { status: 'replied' }]],
  read_answer_rate: [['session-initiation', { status: 'replied' }]],
  time_to_reply_p50: [['session-initiation', { status: 'replied' }]],
  time_to_reply_p90: [['session-initiation', { status: 'replied' }]],
  answered_users: [['session-initiation', { status: 'replied' }]],
  unanswered_users: [['session-initiation', { status: SENT }]],
  new_users: [['session-initiation', { status: NOTIFIED, user_type: 'new' }]],
  returning_users: [['session-initiation', { status: NOTIFIED, user_type: 'returning' }]],

  conversations: OPENED,
  conversations_active: [['conversations']],
  conversations_share: OPENED,
  conversations_open: [['conversations', { opened_in_period: 'yes', conversation_status: 'open' }]],
  conversations_unattended: [['conversations', { opened_in_period: 'yes', unattended: 'yes' }]],
  open_now: [['conversations', {}, `panel-${OPEN_LIST}`]],
  unattended_now: [['conversations', { unattended: 'yes' }, `panel-${OPEN_LIST}`]],
  first_response_time_p50: OPENED,
  first_response_time_p90: OPENED,
  resolution_time_p50: [['conversations']],
};

/** The statuses of the notifications that reached each stage of the funnel, in order. */
export const STAGES = NOTIFIED.map((_, at) => NOTIFIED.slice(at));

/** Creates the links of one dashboard in one language. */
export class Links {
  constructor(
    readonly texts: Texts,
    readonly catalog: CatalogTexts,
    /** The dashboard with the links. */
    readonly slug: string
  ) {}

  /** The dashboard's variables, which filter every panel. */
  get variables(): string[] {
    return VARIABLES[this.slug];
  }

  /** Links a metric to its rows. Empty if no dashboard lists them. */
  behind(metric: string, choices: Choices = {}, time?: string, most?: number): DynamicConfigValue[] {
    const targets = (TARGETS[metric] ?? []).slice(0, most);
    const links = targets.map(([slug, own, panel]) => this.details(slug, { ...own, ...choices }, time, panel));
    return links.length > 0 ? [{ id: 'links', value: links }] : [];
  }

  /** A link to the list of rows: to the given panel, else to its dashboard or, in the same dashboard, to its panel. */
  details(slug: string, choices: Choices, time?: string, panel = slug === this.slug ? DETAILS : undefined): DataLink {
    const link = this.to(slug, choices, time);
    return panel ? { ...link, url: link.url.replace('?', `?viewPanel=${panel}&`) } : link;
  }

  /** Links a cell to other dashboards, filtered by its value. */
  link(slugs: string | string[], dimension: string): DynamicConfigValue {
    // A cell with a name does not have the id.
    const own = ENTITIES.includes(dimension) ? cell(dimension) : '${__value.raw:percentencode}';
    return { id: 'links', value: [slugs].flat().map((slug) => this.to(slug, { [dimension]: own })) };
  }

  /** Links to files with all rows of a query, with the dashboard's time range, time zone and filters. */
  downloads({ filters, ...question }: Question): Array<Builder<DashboardLink>> {
    const query = { version: 1, ...question, filters: filters ?? [], language: this.texts.language };
    return Object.entries(FILES).map(([format, name]) => {
      const url = [
        `${exportPath('${datasource}')}?format=${format}&from=\${__from}&to=\${__to}&timezone=\${__timezone}`,
        `variables=${this.variables.map(downloaded).join(',')}`,
        `query=${encodeURIComponent(JSON.stringify(query))}`,
        ...[...this.variables, 'filters'].map((name) => `\${${name}:queryparam}`),
      ].join('&');
      const link = new DashboardLinkBuilder(this.texts.download.replace('{0}', name))
        .type(DashboardLinkType.Link)
        .url(url)
        // The router of Grafana must not open it.
        .targetBlank(true)
        .build();
      delete link.placement;
      return { build: () => link };
    });
  }

  /** A link to another dashboard with the same time range and variables, except those given. */
  to(slug: string, choices: Choices, time = '${__url_time_range}'): DataLink {
    const there = VARIABLES[slug];
    const kept = this.variables.filter((name) => there.includes(name) && !(name in choices));
    const parameters = Object.entries(choices).flatMap(([name, choice]) =>
      there.includes(name) && isPlain(choice) ? chosen(name, choice) : this.adHoc(name, choice)
    );
    return this.url(slug, time, [...kept, 'filters'], parameters, this.texts.links[slug]);
  }

  /** A link to all messages of the session in the clicked row, in any time range. */
  toSession(slug: string, title: string): DataLink {
    const time = 'from=${__data.fields.session_started_at.numeric}&to=${__data.fields.session_ends_at.numeric}';
    return this.url(slug, time, [], chosen('session_id', cell('session_id')), title);
  }

  /** Filters by dimensions without a variable in the target dashboard, in addition to the current filters. */
  private adHoc(name: string, choice: Choice): string[] {
    const sign = isPlain(choice) || 'text' in choice ? '=' : '!=';
    const values = isPlain(choice) ? [choice].flat() : 'text' in choice ? [choice.text] : choice.not;
    // Grafana's escape for a pipe inside a part of a filter.
    const operator = values.length > 1 ? `${sign}__gfp__` : sign;
    const { title, values: known } = this.catalog.dimensions[name] ?? {};
    const shown = values.map((value) => labelled(value, known?.[value]));
    return [`var-filters=${labelled(name, title)}|${operator}|${shown.join('|')}`];
  }

  private url(slug: string, time: string, kept: string[], parameters: string[], title: string): DataLink {
    const url = [
      `/d/${this.texts.tag}-${slug}?${time}`,
      ...['datasource', ...kept].map((name) => `\${${name}:queryparam}`),
      ...parameters,
    ].join('&');
    return { title, url };
  }
}

function isPlain(choice: Choice): choice is string | string[] {
  return typeof choice === 'string' || Array.isArray(choice);
}

function chosen(name: string, choice: string | string[]): string[] {
  return [choice].flat().map((value) => `var-${name}=${value}`);
}

/** A part of a filter, with the text that Grafana shows for it. */
const labelled = (id: string, text?: string) => (text ? `${id},${encodeURIComponent(text)}` : id);

/** The values of a series, by the dimensions that it is grouped by. */
export function ofSeries(dimensions: string[]): Choices {
  return Object.fromEntries(dimensions.map((name) => [name, `\${__field.labels.${name}:percentencode}`]));
}

/** The values of the clicked row. Filters also accept display texts instead of values. */
export function ofRow(dimensions: string[]): Choices {
  return Object.fromEntries(
    dimensions.map((name) => [name, ENTITIES.includes(name) ? cell(name) : { text: cell(name) }])
  );
}

/** The filters of a query, as filters of a link. */
export function ofFilters(filters: Filter[] = []): Choices {
  return Object.fromEntries(
    filters
      .filter(({ dimension }) => dimension !== 'direction')
      .map(({ dimension, operator, values }) => [dimension, operator === 'notIn' ? { not: values } : values])
  );
}
