import { getTimeZone } from '@grafana/data';

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
