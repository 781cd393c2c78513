/** When the alert rules fire. The dashboards draw the same lines. */
export const THRESHOLDS = {
  /** Of the messages that were tried, so many fail, in an hour with at least so many. */
  failed: { rate: 0.1, tried: 20, minutes: 60 },
  /** So many messages sent for each received look like spam, in a day with at least so many sent. */
  spam: { ratio: 4, sent: 100, hours: 24 },
  /** So many messages sent and none delivered, each of them having had some minutes for it. */
  undelivered: { sent: 20, minutes: 30, grace: 10 },
  /**
   * The answer rate has lost this part of what it was a week before; both days have so many
   * notifications, which have had some hours to be answered.
   */
  answers: { drop: 1 / 3, notified: 30, hours: 24, grace: 3 },
  /** So many conversations of one team wait for a human. */
  unattended: { conversations: 25 },
  /** The CSAT score has fallen by this much against the weeks before; both have at least so many responses. */
  csat: { drop: 0.1, responses: 20, days: 7, before: 28 },
} as const;

/** A share in percent, for texts in any of the languages. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
