import { percent, THRESHOLDS } from '../thresholds';
import { type AlertTexts } from '.';

const { failed, spam, undelivered, answers, unattended, csat } = THRESHOLDS;

export const en: AlertTexts = {
  language: 'en',
  header: [
    'Alert rules, in English. See docs/alerts.md for what they mean and how to change them.',
    'Generated from src/alerts by `npm run dashboards`. In a checkout, edit src/alerts.',
  ],
  folder: 'Parley alerts',
  groups: { sending: 'Failed sends', traffic: 'Traffic', quality: 'Quality' },
  numberless: 'No values: there is no data, or the query failed.',
  rules: {
    failedByLine: {
      title: 'Messages of a line are failing',
      summary: '{{ $labels.line_name }}: {{ humanizePercentage $values.rate.Value }} of messages failed',
      description:
        `In the last hour, {{ $values.failed }} messages of the line {{ $labels.line_name }} failed and {{ $values.sent }} were sent. ` +
        `The threshold is ${percent(failed.rate, 'en')}, with at least ${failed.tried} messages. ` +
        'Common causes: the account is blocked, unpaid or over its limit, or the contact list is out of date. ' +
        'Check the failure reasons and error codes in the dashboard, and stop the campaigns of this line until it is fixed.',
    },
    failedByTemplate: {
      title: 'Messages with a template are failing',
      summary: 'Template {{ $labels.template }}: {{ humanizePercentage $values.rate.Value }} of messages failed',
      description:
        `In the last hour, {{ $values.failed }} messages with the template {{ $labels.template }} failed and {{ $values.sent }} were sent. ` +
        `The threshold is ${percent(failed.rate, 'en')}, with at least ${failed.tried} messages. ` +
        'Common causes: the template was paused or changed, or its parameters are wrong. ' +
        'Check the failure reasons and error codes in the dashboard, and stop sending this template until it is fixed.',
    },
    undelivered: {
      title: 'A line delivers no messages',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} messages sent, {{ $values.delivered }} delivered',
      description:
        `The line {{ $labels.line_name }} sent {{ $values.sent }} messages in ${undelivered.minutes} minutes. ` +
        `${undelivered.grace} minutes later, none has been delivered. In the last 7 days, this line delivered {{ $values.delivered_before }} messages. ` +
        'Either the provider has an outage, or its delivery receipts no longer reach your platform. ' +
        "Check the provider's status page and the webhook errors.",
    },
    spam: {
      title: 'A line sends much more than it receives',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} messages sent, {{ $values.received }} received',
      description:
        `In the last ${spam.hours} hours, the line {{ $labels.line_name }} sent {{ $values.sent }} messages and received {{ $values.received }}. ` +
        `Above ${spam.ratio} sent per received message, contacts may see the messages as spam and block or report the number. ` +
        "Check what is sent and to whom, and send less to contacts who don't reply.",
    },
    unattended: {
      title: 'Many unattended conversations',
      summary: '{{ $labels.team_name }}: {{ $values.unattended }} unattended conversations',
      description:
        `{{ $values.unattended }} open conversations of the team {{ $labels.team_name }} are waiting for a first or next answer from an agent. ` +
        `The threshold is ${unattended.conversations} conversations. ` +
        'Add agents to the team, or assign conversations to other teams.',
    },
    answers: {
      title: 'Reply rate dropped',
      summary:
        'Reply rate{{ with $labels.line_name }} of {{ . }}{{ end }}: {{ humanizePercentage $values.rate.Value }}, down from {{ humanizePercentage $values.rate_before.Value }} a week ago',
      description:
        `In ${answers.hours} hours, {{ humanizePercentage $values.rate.Value }} of {{ $values.notified }} notifications{{ with $labels.line_name }} of the line {{ . }}{{ end }} got a reply. ` +
        `In the same hours a week ago, it was {{ humanizePercentage $values.rate_before.Value }} of {{ $values.notified_before }}. ` +
        'In the dashboard, find the template or campaign that contacts no longer reply to, and check whether messages reach them.',
    },
    csat: {
      title: 'Customer satisfaction dropped',
      summary:
        'CSAT{{ with $labels.team_name }} of {{ . }}{{ end }}: {{ humanizePercentage $values.score.Value }}, down from {{ humanizePercentage $values.score_before.Value }}',
      description:
        `In the last ${csat.days} days, {{ humanizePercentage $values.score.Value }} of {{ $values.responses }} ratings{{ with $labels.team_name }} for the team {{ . }}{{ end }} were 4 or 5. ` +
        `In the ${csat.before} days before, it was {{ humanizePercentage $values.score_before.Value }} of {{ $values.responses_before }}. ` +
        'Check the response times in the dashboard, and read the conversations with a low rating.',
    },
  },
};
