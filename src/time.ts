import { dateTime, getTimeZone, type TimeRange } from '@grafana/data';

/**
 * The IANA name of a time zone as Grafana writes it: "browser" and "utc" have
 * names of their own there, and nothing at all means the user's preference.
 * Undefined where the browser is set to no real zone, such as Etc/Unknown: then
 * the data source's counts.
 */
export function ianaZone(zone: string | undefined): string | undefined {
  const named = zone || getTimeZone();
  if (named === 'browser') {
    const own: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return isZone(own) ? own : undefined;
  }
  return named.toLowerCase() === 'utc' ? 'UTC' : named;
}

function isZone(name: string | undefined): name is string {
  // Some browsers take these for UTC without a word.
  if (!name || /unknown|undefined|null/i.test(name)) {
    return false;
  }
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/**
 * Since when values have to occur to be offered: what the time range holds, and
 * where that is younger, the last 90 days, of which the backend knows.
 */
export function valuesSince(range: TimeRange | undefined): string | undefined {
  return range?.from.isBefore(dateTime().subtract(90, 'days')) ? range.from.toISOString() : undefined;
}
