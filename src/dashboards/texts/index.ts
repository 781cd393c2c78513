import { type Language } from '../catalog';
import { en } from './en';
import { es } from './es';
import { ptBR } from './pt-BR';

/**
 * The texts of the dashboards in one language, in addition to the catalogue. A
 * panel with one metric takes its title and description from the catalogue. A
 * panel with several metrics has its own title, and lists their definitions.
 */
export interface Texts {
  language: Language;
  /** The tag of all dashboards in this language. The links between dashboards use it. */
  tag: string;
  /** Label of the drop-down with the other dashboards. */
  reports: string;
  /** Label of the drop-down with the dashboards that people saved with filters of their own. */
  savedViews: string;
  datasource: string;
  moreFilters: string;
  /** A link to a file of the given format. */
  download: string;
  ranges: Record<'today' | 'yesterday' | 'last24Hours' | 'last7Days' | 'last30Days' | 'thisWeek' | 'thisMonth' | 'lastMonth', string>;
  /** Labels of variables that differ from the title of their dimension. */
  labels: Partial<Record<string, string>>;
  /** Texts of the links in cells, by target dashboard. */
  links: Record<string, string>;
  /** Texts of the links of a session ID. */
  session: Record<'sent' | 'received', string>;
  /** Follows the share of the previous stage, in the funnel. */
  ofPrevious: string;
  /** Endings of the titles and descriptions of dashboards for public sharing. */
  shared: { title: string; note: string };
  /** Explains the small percentage on a card. */
  change: string;
  /** Labels of the numbers on the CSAT cards. */
  names: Record<'score' | 'responses', string>;
  overview: DashboardTexts<
    | 'csat'
    | 'firstResponse'
    | 'failedRate'
    | 'overTime'
    | 'bySource'
    | 'messages'
    | 'csatOverTime'
    | 'peaks'
    | 'topTags'
    | 'topAgents',
    never
  >;
  agents: DashboardTexts<
    'csat' | 'firstResponse' | 'resolution' | 'conversations' | 'messages' | 'byAgent' | 'byHour' | 'peaks',
    never
  >;
  tags: DashboardTexts<
    'csat' | 'firstResponse' | 'resolution' | 'tagged' | 'untagged' | 'overTime' | 'byTag' | 'summary' | 'tagByTeam',
    never
  > & { names: Record<'trend' | 'total', string> };
  conversations: DashboardTexts<
    'volume' | 'csat' | 'firstResponse' | 'resolution' | 'overTime' | 'details' | 'open',
    never
  > & { names: Record<'total' | 'opened', string> };
  channels: DashboardTexts<
    | 'sessions'
    | 'messages'
    | 'ratio'
    | 'sessionsOverTime'
    | 'messagesOverTime'
    | 'performance'
    | 'sessionsByChannel'
    | 'ratioByChannel'
    | 'sentByChannel'
    | 'receivedByChannel'
    | 'costOverTime'
    | 'costByCountry',
    'byChannel' | 'cost'
  > & {
    /** Labels of the numbers on the cards of sessions and messages. */
    names: Record<'byTeam' | 'byContact' | 'sent' | 'received', string>;
  };
  sessionInitiation: DashboardTexts<
    | 'starts'
    | 'sends'
    | 'users'
    | 'referrals'
    | 'answered'
    | 'failed'
    | 'answers'
    | 'lastStatus'
    | 'newOrReturning'
    | 'daily'
    | 'funnel'
    | 'latestSends'
    | 'reasons'
    | 'failures'
    | 'templates'
    | 'latest',
    never
  > & {
    /** The users of a ring whom no notification reached. */
    names: Record<'notReached', string>;
  };
  funnel: DashboardTexts<
    'funnel' | 'failed' | 'pending' | 'reasons' | 'conversion' | 'timeToReply' | 'templates' | 'campaigns',
    never
  >;
  messagesSent: DashboardTexts<'total' | 'pending' | 'inWindow' | 'volume' | 'reasons' | 'messages', never>;
  messagesReceived: DashboardTexts<'total' | 'contacts' | 'clicks' | 'volume' | 'types' | 'messages', never>;
  deliveryHealth: DashboardTexts<
    | 'failedRate'
    | 'linesWithTrouble'
    | 'pending'
    | 'delivered'
    | 'rateByLine'
    | 'rateByTemplate'
    | 'reasons'
    | 'alerts'
    | 'lines'
    | 'codes',
    never
  > & {
    /** Labels of the numbers on the failure rate card. */
    names: Record<'now' | 'before', string>;
  };
}

export interface DashboardTexts<Panel extends string, Section extends string> {
  title: string;
  description: string;
  sections: Record<Section, string>;
  panels: Record<Panel, PanelTexts>;
}

export interface PanelTexts {
  title: string;
  /** Text before the definitions of the panel's metrics. */
  note?: string;
}

/** The languages of the dashboards. */
export const TEXTS: Texts[] = [en, es, ptBR];
