import { percent, THRESHOLDS } from '../thresholds';
import { type AlertTexts } from '.';

const { failed, spam, undelivered, answers, unattended, csat } = THRESHOLDS;

export const en: AlertTexts = {
  language: 'en',
  header: [
    'The alert rules, in English. docs/alerts.md says what they mean and how to change them.',
    'Written by `npm run dashboards` from src/alerts: in a checkout, change them there.',
  ],
  folder: 'Parley alerts',
  groups: { sending: 'Failed sends', traffic: 'Traffic', quality: 'Quality' },
  numberless: 'No numbers: nothing to count, or an error.',
  rules: {
    failedByLine: {
      title: 'Messages of a line fail',
      summary: '{{ $labels.line_name }}: {{ humanizePercentage $values.rate.Value }} of the messages fail',
      description:
        `In the last hour {{ $values.failed }} messages of the line {{ $labels.line_name }} failed and {{ $values.sent }} were sent. ` +
        `The limit is ${percent(failed.rate)} of at least ${failed.tried} messages. ` +
        'Often the account is blocked, unpaid or over its limit, or a list of contacts is out of date. ' +
        'Look at the reasons and codes of the failures in the dashboard, and stop the campaigns of this line until it is mended.',
    },
    failedByTemplate: {
      title: 'Messages of a template fail',
      summary: 'Template {{ $labels.template }}: {{ humanizePercentage $values.rate.Value }} of the messages fail',
      description:
        `In the last hour {{ $values.failed }} messages of the template {{ $labels.template }} failed and {{ $values.sent }} were sent. ` +
        `The limit is ${percent(failed.rate)} of at least ${failed.tried} messages. ` +
        'Often the template was paused or changed, or its parameters do not fit. ' +
        'Look at the reasons and codes of the failures in the dashboard, and stop what sends this template until it is mended.',
    },
    undelivered: {
      title: 'A line delivers nothing',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} messages sent, {{ $values.delivered }} delivered',
      description:
        `In ${undelivered.minutes} minutes the line {{ $labels.line_name }} sent {{ $values.sent }} messages. ` +
        `${undelivered.grace} minutes later none of them is delivered, though this line delivered {{ $values.delivered_before }} in the last 7 days. ` +
        'Either the provider has a disturbance, or its delivery notices no longer reach your platform. ' +
        "Look at the provider's status page and at the webhook's errors.",
    },
    spam: {
      title: 'A line sends much more than it receives',
      summary: '{{ $labels.line_name }}: {{ $values.sent }} messages sent, {{ $values.received }} received',
      description:
        `In the last ${spam.hours} hours the line {{ $labels.line_name }} sent {{ $values.sent }} messages and received {{ $values.received }}. ` +
        `From more than ${spam.ratio} sent for each received, contacts may take the messages for spam and block or report the number. ` +
        'Look at what is sent and to whom, and send less to those who do not answer.',
    },
    unattended: {
      title: 'Many conversations are unattended',
      summary: '{{ $labels.team_name }}: {{ $values.unattended }} unattended conversations',
      description:
        `{{ $values.unattended }} open conversations of the team {{ $labels.team_name }} have no answer by a human yet, or the contact waits for the next. ` +
        `The limit is ${unattended.conversations} conversations. ` +
        'Assign agents to the team, or conversations to other teams.',
    },
    answers: {
      title: 'Fewer contacts answer than a week ago',
      summary:
        'Answer rate{{ with $labels.line_name }} of {{ . }}{{ end }}: {{ humanizePercentage $values.rate.Value }}, a week ago {{ humanizePercentage $values.rate_before.Value }}',
      description:
        `Of {{ $values.notified }} notifications{{ with $labels.line_name }} of the line {{ . }}{{ end }} in ${answers.hours} hours, {{ humanizePercentage $values.rate.Value }} were answered; ` +
        `at the same hours a week ago it was {{ humanizePercentage $values.rate_before.Value }} of {{ $values.notified_before }}. ` +
        'Look in the dashboard for the template or the campaign that contacts no longer answer, and whether messages reach them.',
    },
    csat: {
      title: 'Contacts are less content than before',
      summary:
        'CSAT{{ with $labels.team_name }} of {{ . }}{{ end }}: {{ humanizePercentage $values.score.Value }}, before {{ humanizePercentage $values.score_before.Value }}',
      description:
        `In the last ${csat.days} days {{ humanizePercentage $values.score.Value }} of {{ $values.responses }} ratings{{ with $labels.team_name }} for the team {{ . }}{{ end }} were 4 or 5; ` +
        `in the ${csat.before} days before it was {{ humanizePercentage $values.score_before.Value }} of {{ $values.responses_before }}. ` +
        'Look in the dashboard at the times of response, and read the conversations with a low rating.',
    },
  },
};
