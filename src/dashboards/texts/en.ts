import { type Texts } from '.';

export const en: Texts = {
  language: 'en',
  tag: 'parley-en',
  reports: 'Reports',
  datasource: 'Data source',
  moreFilters: 'More filters',
  ranges: {
    today: 'Today',
    yesterday: 'Yesterday',
    last7Days: 'Last 7 days',
    last30Days: 'Last 30 days',
    thisWeek: 'This week',
    thisMonth: 'This month',
    lastMonth: 'Last month',
  },
  change: 'The percentage is the change against the period before, of the same length.',
  channels: {
    title: 'Channels',
    description: 'Sessions by who started them, messages and cost of every channel and line',
    sections: { byChannel: 'Channels side by side', cost: 'Cost' },
    panels: {
      sessionsOverTime: { title: 'Sessions started by the business and by the contact' },
      messagesOverTime: { title: 'Messages sent and received' },
      performance: { title: 'Performance by channel' },
      sessionsByChannel: { title: 'Sessions by channel' },
      ratioByChannel: {
        title: 'Messages sent for each received, by channel',
        note: 'Above the red line, contacts may take the messages for spam.',
      },
      sentByChannel: { title: 'Messages sent by channel' },
      receivedByChannel: { title: 'Messages received by channel' },
      costOverTime: { title: 'Cost by template category' },
      costByCountry: { title: 'Cost by country' },
    },
  },
  sessionInitiation: {
    title: 'Session initiation',
    description: 'Notifications that started sessions or tried to: who got them, who answered, what failed',
    sections: {},
    panels: {
      referrals: {
        title: 'Starts with referrals',
        note: 'Sessions that a contact opened with a message that came from an ad, a page or another referral.',
      },
      answers: { title: 'Users who answered' },
      lastStatus: { title: 'Last status' },
      newOrReturning: { title: 'New and returning users' },
      daily: { title: 'Daily evolution by last status' },
      funnel: {
        title: 'Funnel',
        note: 'Notifications that went out, by the stage that they reached; failed and pending ones are left out.',
      },
      latestSends: { title: 'Latest sends' },
      failures: { title: 'Reasons of failures' },
      templates: { title: 'Templates' },
      latest: {
        title: 'Latest session starts',
        note: 'One row for every notification, failed ones included, and every session that a contact opened by a referral, newest first.',
      },
    },
  },
  funnel: {
    title: 'Funnel',
    description: 'From notifications sent to replies: how many reach each stage, where the others stay',
    sections: {},
    panels: {
      funnel: {
        title: 'Funnel of notifications',
        note: 'Notifications that went out, by the stage that they reached; failed and pending ones are left out.',
      },
      leftOut: { title: 'Left out of the funnel' },
      failures: { title: 'Reasons of failures' },
      conversion: { title: 'Conversion over time' },
      timeToReply: { title: 'Time to reply' },
      templates: { title: 'Funnel by template' },
      campaigns: { title: 'Funnel by campaign' },
    },
  },
};
