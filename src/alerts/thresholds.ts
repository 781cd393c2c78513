import { type Language } from '../dashboards/catalog';

/** When the alert rules fire. The dashboards draw the same thresholds. */
export const THRESHOLDS = {
  /** Share of failed messages, the minimum number of attempts, and the time range. */
  failed: { rate: 0.1, tried: 20, minutes: 60 },
  /** Messages sent per message received, the minimum number of messages sent, and the time range. */
  spam: { ratio: 4, sent: 100, hours: 24 },
  /** Minimum number of messages sent, the time range, and how long a delivery may take. */
  undelivered: { sent: 20, minutes: 30, grace: 10 },
  /**
   * Drop compared with a week before, as a share of that rate; the minimum number of
   * notifications in both time ranges; the time range; and how long a reply may take.
   */
  answers: { drop: 1 / 3, notified: 30, hours: 24, grace: 3 },
  /** Unattended conversations of one team. */
  unattended: { conversations: 25 },
  /** Drop of the CSAT score, the minimum number of responses in both time ranges, and the two time ranges. */
  csat: { drop: 0.1, responses: 20, days: 7, before: 28 },
} as const;

/** Formats a share as a percentage, as the language writes it: 10%, 10 % in Spanish. */
export function percent(share: number, language: Language): string {
  return new Intl.NumberFormat(language, { style: 'percent' }).format(share);
}
