import { isEqual } from 'lodash';

import { type Filter } from './types';

const OPPOSITE: Record<string, string> = { in: 'notIn', notIn: 'in', matches: 'notMatches', notMatches: 'matches' };

export function hasFilter(filters: Filter[], wanted: Filter): boolean {
  return filters.some((filter) => isAbout(filter, wanted) && wanted.values.every((v) => filter.values.includes(v)));
}

/**
 * Adds a filter, or removes it if it already exists. Replaces a filter with the opposite
 * operator, and merges the values with a filter of the same operator.
 */
export function toggleFilter(filters: Filter[], wanted: Filter): Filter[] {
  const without = (kind: Filter) =>
    filters
      .map((f) => (isAbout(f, kind) ? { ...f, values: f.values.filter((v) => !kind.values.includes(v)) } : f))
      .filter((f) => f.values.length > 0);
  if (hasFilter(filters, wanted)) {
    return without(wanted);
  }
  const rest = without({ ...wanted, operator: OPPOSITE[wanted.operator] });
  const place = rest.findIndex((filter) => isAbout(filter, wanted));
  return place < 0
    ? [...rest, wanted]
    : rest.map((f, i) => (i === place ? { ...f, values: [...f.values, ...wanted.values] } : f));
}

function isAbout(filter: Filter, other: Filter): boolean {
  return isEqual([filter.dimension, filter.operator], [other.dimension, other.operator]);
}
