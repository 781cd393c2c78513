import { type Definition } from './dashboard';
import { type Band, equally } from './layout';
import { column, type Panels } from './panels';

/** Of a campaign's manager: what was sent to start sessions, who answered, what failed and why. */
export const sessionInitiation: Definition = {
  slug: 'session-initiation',
  variables: ['account', 'channel', 'line', 'team', 'template', 'origin', 'user_type', 'campaign'],
  from: 'now-7d',
  texts: (texts) => texts.sessionInitiation,
  bands: (panels) => [cards(panels), donuts(panels), trend(panels), sends(panels), templates(panels), latest(panels)],
};

function cards(panels: Panels): Band {
  return equally(3, [
    panels.card({ metrics: ['initiations'] }, 'neutral'),
    panels.card({ metrics: ['notifications'] }, 'neutral'),
    panels.card({ metrics: ['notification_users'] }, 'neutral'),
    panels.card(
      {
        metrics: ['initiations'],
        filters: [{ dimension: 'origin', operator: 'in', values: ['referred_campaign', 'referred_webchat'] }],
      },
      'good',
      panels.texts.sessionInitiation.panels.referrals
    ),
    panels.card({ metrics: ['answer_rate'] }, 'good'),
    panels.card({ metrics: ['notification_failed_rate'] }, 'bad'),
  ]);
}

function donuts(panels: Panels): Band {
  const { answers, lastStatus, newOrReturning } = panels.texts.sessionInitiation.panels;
  return equally(7, [
    panels.donut({ metrics: ['answered_users', 'unanswered_users'] }, answers),
    panels.donut({ metrics: ['notifications'], groupBy: ['status'], format: 'timeseries', bucket: 'none' }, lastStatus),
    panels.donut({ metrics: ['new_users', 'returning_users'] }, newOrReturning),
  ]);
}

function trend(panels: Panels): Band {
  const { daily, funnel } = panels.texts.sessionInitiation.panels;
  return {
    height: 9,
    cells: [
      {
        width: 15,
        panel: panels.bars({ report: 'initiations_daily', metrics: ['notifications'], groupBy: ['status'], bucket: 'day' }, daily),
      },
      { width: 9, panel: panels.funnel(funnel) },
    ],
  };
}

function sends(panels: Panels): Band {
  const { latestSends, failures } = panels.texts.sessionInitiation.panels;
  return {
    height: 10,
    cells: [
      {
        width: 17,
        panel: panels.table(
          {
            report: 'sends',
            metrics: ['first_sent_at', 'notification_users', 'notified', 'answered', 'notifications_failed', 'failure_reasons'],
          },
          {},
          latestSends
        ),
      },
      {
        width: 7,
        panel: panels.ranking(
          {
            metrics: ['notifications_failed'],
            groupBy: ['failure_reason'],
            filters: [{ dimension: 'status', operator: 'in', values: ['failed'] }],
            orderBy: [{ by: 'notifications_failed', desc: true }],
          },
          failures
        ),
      },
    ],
  };
}

function templates(panels: Panels): Band {
  return equally(10, [
    panels.table(
      {
        metrics: [
          'notifications',
          'notification_users',
          'notified_delivery_rate',
          'notified_read_rate',
          'answer_rate',
          'notification_failed_rate',
          'cost_usd',
        ],
        groupBy: ['template'],
        orderBy: [{ by: 'notifications', desc: true }],
      },
      {
        notified_delivery_rate: column.bar(1),
        notified_read_rate: column.bar(1),
        answer_rate: column.bar(1),
        notification_failed_rate: column.bar(1),
      },
      panels.texts.sessionInitiation.panels.templates
    ),
  ]);
}

function latest(panels: Panels): Band {
  return equally(13, [
    panels.table(
      {
        report: 'notification_details',
        columns: [
          'created_at',
          'contact',
          'line',
          'origin',
          'template',
          'user_type',
          'status',
          'replied',
          'failure_reason',
          'failure_text',
          'link',
        ],
      },
      {},
      panels.texts.sessionInitiation.panels.latest
    ),
  ]);
}
