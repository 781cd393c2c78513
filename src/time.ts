import { dateTime, getTimeZone, type TimeRange } from '@grafana/data';

/**
 * The IANA name of Grafana's time zone. Grafana also uses "browser" and "utc", and an
 * empty value for the user's preference. Undefined if the browser has no real time zone,
 * such as Etc/Unknown: the backend then uses the one of the data source.
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
  // Some browsers treat these as UTC.
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
 * The start of the period in which listed values must occur: that of the time range, or
 * undefined if the backend's default of 90 days goes back further.
 */
export function valuesSince(range: TimeRange | undefined): string | undefined {
  return range?.from.isBefore(dateTime().subtract(90, 'days')) ? range.from.toISOString() : undefined;
}
