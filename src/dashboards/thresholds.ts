/**
 * When failed sends are trouble: an alert rule fires, and dashboards draw the
 * line. Below the minimum volume one failure more or less says nothing.
 */
export const FAILED_SENDS = {
  /** The failed rate, as a share. */
  rate: 0.1,
  /** So many outbound messages at least. */
  minimum: 20,
  /** In so long a time. */
  window: '1h',
} as const;
