/** The variables of every dashboard. */
const EVERYWHERE = ['account', 'channel', 'line', 'team'];

const NOTIFICATIONS = ['template', 'origin', 'user_type', 'campaign'];

/**
 * The dimensions with a variable in each dashboard, in their order on the screen. Links
 * use them too: they only set variables that the target has.
 */
export const VARIABLES: Record<string, string[]> = {
  overview: EVERYWHERE,
  channels: EVERYWHERE,
  'session-initiation': [...EVERYWHERE, ...NOTIFICATIONS, 'status'],
  funnel: [...EVERYWHERE, ...NOTIFICATIONS],
  agents: [...EVERYWHERE, 'agent'],
  tags: [...EVERYWHERE, 'conversation_tag'],
  conversations: [
    ...[...EVERYWHERE, 'agent', 'conversation_tag', 'contact_tag'],
    ...['business_hours', 'conversation_status', 'source'],
  ],
  'messages-sent': [
    ...[...EVERYWHERE, 'subaccount', 'agent', 'campaign', 'template', 'content_type', 'in_window', 'status'],
    ...['failure_reason', 'initiator', 'correlation_id', 'phone', 'session_id'],
  ],
  'messages-received': [
    ...[...EVERYWHERE, 'subaccount', 'content_type', 'initiator', 'country', 'phone', 'session_id'],
  ],
  'delivery-health': [...EVERYWHERE, 'template', 'campaign'],
};
