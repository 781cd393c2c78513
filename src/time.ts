import { dateTime, getTimeZone, type TimeRange } from '@grafana/data';

/**
 * The IANA name of a time zone as Grafana writes it: "browser" and "utc" have
 * names of their own there, and nothing at all means the user's preference.
 */
export function ianaZone(zone: string | undefined): string {
  const named = zone || getTimeZone();
  if (named === 'browser') {
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
  return named.toLowerCase() === 'utc' ? 'UTC' : named;
}

/**
 * Since when values have to occur to be offered: what the time range holds, and
 * where that is younger, the last 90 days, of which the backend knows.
 */
export function valuesSince(range: TimeRange | undefined): string | undefined {
  return range?.from.isBefore(dateTime().subtract(90, 'days')) ? range.from.toISOString() : undefined;
}
