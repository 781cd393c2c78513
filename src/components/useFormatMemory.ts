import { isEqual } from 'lodash';
import { useState } from 'react';

import { type ParleyQuery } from '../types';

interface FormatMemory {
  /** The query as it was before the format changed, if that was the last edit and this is the format it had. */
  restore: (format: string) => ParleyQuery | undefined;
  /** Remembers the current query as the one before the changed one, and returns the changed one. */
  remember: (changed: ParleyQuery) => ParleyQuery;
}

/** Restores settings if people switch the format and back, even if the other format does not have them. */
export function useFormatMemory(query: ParleyQuery, formatOf: (query: ParleyQuery) => string): FormatMemory {
  const [last, setLast] = useState<{ before: ParleyQuery; after: ParleyQuery }>();
  return {
    restore: (format) => (last && isEqual(last.after, query) && formatOf(last.before) === format ? last.before : undefined),
    remember: (after) => {
      setLast({ before: query, after });
      return after;
    },
  };
}
