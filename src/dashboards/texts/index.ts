import { type Language } from '../catalog';
import { en } from './en';
import { es } from './es';
import { ptBR } from './pt-BR';

/**
 * What the dashboards say in one language beside the catalogue's own texts. A
 * panel about one metric takes its title and description from the catalogue;
 * one about several takes the definitions and has a title of its own.
 */
export interface Texts {
  language: Language;
  /** The tag by which the dashboards of the language find each other. */
  tag: string;
  /** The links to the other dashboards. */
  reports: string;
  datasource: string;
  moreFilters: string;
  ranges: Record<'today' | 'yesterday' | 'last24Hours' | 'last7Days' | 'last30Days' | 'thisWeek' | 'thisMonth' | 'lastMonth', string>;
  /** The names of variables that are better not called as their dimensions. */
  labels: Partial<Record<string, string>>;
  /** Where the links in cells lead, by the dashboard. */
  links: Record<string, string>;
  /** Where the links of a session's id lead. */
  session: Record<'sent' | 'received', string>;
  /** After a share of the stage before, in the funnel. */
  ofPrevious: string;
  /** Of the dashboards that are to be shared publicly: what ends their titles and their descriptions. */
  shared: { title: string; note: string };
  /** What the small percentage on a card is. */
  change: string;
  /** Of the numbers on the cards of satisfaction. */
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
    'volume' | 'csat' | 'firstResponse' | 'resolution' | 'overTime' | 'details',
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
    /** Of the numbers on the cards of sessions and messages. */
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
    /** Of the numbers on the card of the failed rate. */
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
  /** What stands before the definitions of the panel's metrics. */
  note?: string;
}

/** Every language that the dashboards are written in. */
export const TEXTS: Texts[] = [en, es, ptBR];
