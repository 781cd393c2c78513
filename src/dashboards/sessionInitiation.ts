import { LegendPlacement } from '@grafana/grafana-foundation-sdk/common';

import { type Definition } from './dashboard';
import { type Band, equally, inRows } from './layout';
import { column } from './columns';
import { type Panels } from './panels';
import { type Question } from './query';
import { type PanelTexts } from './texts';

/** For campaign managers: notifications and campaigns, who replied, what failed and why. */
export const sessionInitiation: Definition = {
  slug: 'session-initiation',
  from: 'now-7d',
  texts: (texts) => texts.sessionInitiation,
  bands: (panels) => [
    ...cards(panels),
    donuts(panels),
    trend(panels),
    sends(panels),
    failures(panels),
    templates(panels),
    latest(panels),
  ],
};

/** Excludes session starts by referral. The business sent nothing, so they have no status. */
const BY_STATUS: Question = {
  metrics: ['notifications'],
  groupBy: ['status'],
  filters: [{ dimension: 'status', operator: 'notIn', values: ['(none)'] }],
};

function cards(panels: Panels): Band[] {
  const { starts, sends, users, referrals, answered, failed } = panels.texts.sessionInitiation.panels;
  const byReferral = [{ dimension: 'origin', operator: 'in', values: ['referred_campaign', 'referred_webchat'] }];
  return inRows(3, 3, [
    panels.card({ metrics: ['initiations'] }, 'neutral', starts),
    panels.card({ metrics: ['notifications'] }, 'neutral', sends),
    panels.card({ metrics: ['notification_users'] }, 'neutral', users),
    panels.card({ metrics: ['initiations'], filters: byReferral }, 'good', referrals),
    panels.card({ metrics: ['answer_rate'] }, 'good', answered),
    panels.card({ metrics: ['notification_failed_rate'] }, 'bad', failed),
  ]);
}

function donuts(panels: Panels): Band {
  const { answers, lastStatus, newOrReturning } = panels.texts.sessionInitiation.panels;
  return {
    height: 7,
    cells: [
      { width: 8, panel: usersOf(panels, ['answered_users', 'unanswered_users'], answers) },
      // The legend beside the ring takes half of the panel.
      { width: 9, panel: panels.donut({ ...BY_STATUS, format: 'timeseries', bucket: 'none' }, lastStatus) },
      { width: 7, panel: usersOf(panels, ['new_users', 'returning_users'], newOrReturning) },
    ],
  };
}

/** All users, as in the card: two groups of notified users, and users whom no notification reached. */
function usersOf(panels: Panels, groups: string[], texts: PanelTexts) {
  const all = ['notification_users', 'notified_users'];
  const { notReached } = panels.texts.sessionInitiation.names;
  const [left, right] = all.map((id) => ({ matcher: { id: 'byName', options: panels.metricTitle(id) } }));
  const ring = panels
    .donut({ metrics: [...groups, ...all] }, texts, LegendPlacement.Bottom)
    .withTransformation({
      id: 'calculateField',
      options: { mode: 'binary', binary: { left, operator: '-', right }, alias: notReached },
    })
    .overrideByName(notReached, [
      { id: 'unit', value: 'locale' },
      { id: 'color', value: { mode: 'fixed', fixedColor: NOT_REACHED } },
      { id: 'links', value: [panels.details('session-initiation', { status: ['failed', 'pending'] })] },
    ]);
  all.forEach((id) => ring.overrideByName(id, [column.nowhere()]));
  return ring;
}

/** The colour of failures. */
const NOT_REACHED = '#D60024';

function trend(panels: Panels): Band {
  const { daily, funnel } = panels.texts.sessionInitiation.panels;
  return {
    height: 8,
    cells: [
      {
        width: 15,
        panel: panels.bars({ report: 'initiations_daily', ...BY_STATUS, bucket: 'day' }, daily),
      },
      { width: 9, panel: panels.funnel(funnel, false) },
    ],
  };
}

function sends(panels: Panels): Band {
  const { latestSends, users } = panels.texts.sessionInitiation.panels;
  const count = column.width(88);
  return equally(10, [
    panels.table(
      {
        report: 'sends',
        metrics: [
          'first_sent_at',
          'notification_users',
          'notified',
          'notified_delivered',
          'notified_read',
          'answered',
          'notifications_failed',
          'failure_reasons',
        ],
        groupBy: ['send'],
      },
      {
        // Grafana computes too little height for rows in which several columns wrap.
        send_name: [column.width(265)],
        first_sent_at: column.time(),
        notification_users: [count, column.title(users.title)],
        notified: [count, panels.status('sent')],
        notified_delivered: [count, panels.status('delivered')],
        notified_read: [count, panels.status('read')],
        answered: [count, panels.status('replied')],
        notifications_failed: [count, panels.status('failed')],
        failure_reasons: [column.minWidth(225), column.wrap()],
      },
      latestSends
    ),
  ]);
}

function failures(panels: Panels): Band {
  const texts = panels.texts.sessionInitiation.panels;
  return {
    height: 9,
    cells: [
      { width: 7, panel: reasons(panels, texts.reasons) },
      {
        width: 17,
        panel: panels.table(
          {
            report: 'failures',
            metrics: ['notifications_failed', 'notifications_failed_share'],
            groupBy: ['failure_reason', 'failure_code', 'line', 'template'],
          },
          {
            // Grafana computes too little height for reasons that wrap.
            failure_reason: [column.width(238)],
            failure_code: [column.width(70)],
            line_name: [column.width(147)],
            template: [column.minWidth(194)],
            notifications_failed: [column.width(70), panels.status('failed')],
            notifications_failed_share: [column.width(82)],
          },
          texts.failures
        ),
      },
    ],
  };
}

/** Failure reasons of notifications, most frequent first. */
export function reasons(panels: Panels, texts: { title: string }) {
  const failed = { dimension: 'status', operator: 'in', values: ['failed'] };
  return panels
    .ranking('failure_reason', 'notifications_failed', { filters: [failed] }, texts)
    .overrideByName('notifications_failed', [column.width(80)]);
}

function templates(panels: Panels): Band {
  const rates = ['notified_delivery_rate', 'notified_read_rate', 'answer_rate', 'notification_failed_rate'];
  return equally(11, [
    panels.table(
      {
        metrics: ['notifications', 'notification_users', ...rates, 'cost_usd'],
        groupBy: ['template'],
        orderBy: [{ by: 'notifications', desc: true }],
      },
      {
        template: [column.width(200), panels.link('funnel', 'template')],
        notifications: [column.width(110)],
        notification_users: [column.width(110)],
        ...Object.fromEntries(rates.map((id) => [id, column.bar(1)])),
      },
      panels.texts.sessionInitiation.panels.templates
    ),
  ]);
}

function latest(panels: Panels): Band {
  return equally(14, [
    panels.table(
      {
        report: 'notification_details',
        columns: [
          'created_at',
          'contact',
          'status',
          'replied',
          'origin',
          'link',
          'template',
          'line',
          'user_type',
          'failure_reason',
          'failure_text',
        ],
      },
      {
        created_at: column.time(),
        contact_name: [column.width(150)],
        status: [column.width(100), ...column.colored()],
        replied: [column.width(130)],
        origin: [column.width(160)],
        link: [column.width(90), column.links()],
        template: [column.width(200)],
        line_name: [column.width(160)],
        user_type: [column.width(130)],
        failure_reason: [column.width(240)],
        failure_text: [column.width(320)],
      },
      panels.texts.sessionInitiation.panels.latest
    ),
  ]);
}
