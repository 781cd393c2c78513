import { type Catalog, type Dimension } from '../types';

const LIST = ['in', 'notIn', 'matches', 'notMatches'];
const TEXT = [...LIST, 'contains'];
const TIME: Dimension[] = [
  { id: 'hour', title: 'Hour', kind: 'time', operators: ['in', 'notIn'] },
  { id: 'day', title: 'Day', kind: 'time', operators: ['in', 'notIn'] },
  { id: 'week', title: 'Week', kind: 'time', operators: ['in', 'notIn'] },
  { id: 'month', title: 'Month', kind: 'time', operators: ['in', 'notIn'] },
];
const TIMES = TIME.map((d) => d.id);

/** A small catalogue with every kind of metric, dimension and report. */
export const catalog: Catalog = {
  facts: [
    { id: 'message', title: 'Messages' },
    { id: 'conversation_now', title: 'Conversations now' },
    { id: 'csat_answer', title: 'Ratings' },
  ],
  metrics: [
    {
      id: 'messages_sent',
      title: 'Messages sent',
      description: 'Outbound messages that neither failed nor wait. Counts messages created in the period.',
      summary: 'Outbound messages that neither failed nor wait.',
      unit: 'count',
      fact: 'message',
      dimensions: ['line', 'channel', 'phone', 'direction', ...TIMES],
    },
    {
      id: 'messages_failed',
      title: 'Failed messages',
      unit: 'count',
      fact: 'message',
      dimensions: ['line', 'channel', 'phone', 'direction', ...TIMES],
    },
    {
      id: 'open_now',
      title: 'Open now',
      unit: 'count',
      fact: 'conversation_now',
      dimensions: ['line', 'channel', 'phone'],
    },
    {
      id: 'csat_score',
      title: 'CSAT score',
      unit: 'ratio',
      fact: 'csat_answer',
      dimensions: ['line', 'channel', 'phone', 'rating', ...TIMES],
    },
  ],
  dimensions: [
    {
      id: 'channel',
      title: 'Channel',
      kind: 'enum',
      operators: LIST,
      values: [
        { value: 'whatsapp', text: 'WhatsApp' },
        { value: 'webchat', text: 'Webchat' },
      ],
    },
    { id: 'line', title: 'Line', none: '(no line)', kind: 'entity', operators: TEXT },
    { id: 'phone', title: 'Phone', kind: 'text', operators: TEXT },
    { id: 'direction', title: 'Direction', kind: 'enum', operators: LIST, values: [{ value: 'inbound', text: 'In' }] },
    { id: 'rating', title: 'Rating', kind: 'number', operators: ['in', 'notIn'] },
    ...TIME,
  ],
  reports: [
    {
      id: 'channels',
      title: 'Channels',
      description: 'Each channel and line.',
      summary: 'Each channel and line.',
      query: {
        version: 1,
        metrics: ['messages_sent', 'messages_failed'],
        groupBy: ['channel', 'line'],
        bucket: 'none',
        compare: 'none',
        format: 'table',
        orderBy: [{ by: 'channel' }, { by: 'messages_sent', desc: true }],
        limit: 1000,
      },
    },
    {
      id: 'sent_over_time',
      title: 'Messages over time',
      query: {
        version: 1,
        metrics: ['messages_sent'],
        groupBy: [],
        bucket: 'auto',
        compare: 'none',
        format: 'timeseries',
        filters: [{ dimension: 'direction', operator: 'notIn', values: ['inbound'] }],
        limit: 1000,
      },
    },
    {
      id: 'message_details',
      title: 'Message details',
      fact: 'message',
      columns: [
        { id: 'created_at', title: 'Sent at' },
        { id: 'body', title: 'Message' },
        { id: 'phone', title: 'Phone' },
      ],
      sortable: ['created_at'],
      query: {
        version: 1,
        bucket: 'none',
        compare: 'none',
        format: 'details',
        columns: ['created_at', 'phone'],
        limit: 100,
      },
    },
    {
      id: 'message_log',
      title: 'Message log',
      fact: 'message',
      columns: [
        { id: 'created_at', title: 'Sent at' },
        { id: 'body', title: 'Message' },
      ],
      sortable: ['created_at'],
      query: { version: 1, format: 'logs', columns: ['created_at'] },
    },
    {
      id: 'campaign_sends',
      title: 'Campaign sends',
      description: 'A mark for each campaign.',
      summary: 'A mark for each campaign.',
      filters: ['channel', 'line', 'direction'],
      query: { version: 1, format: 'annotations', limit: 500 },
    },
    {
      id: 'failure_bursts',
      title: 'Failure bursts',
      filters: ['channel', 'line'],
      query: { version: 1, format: 'annotations', limit: 500 },
    },
  ],
};
