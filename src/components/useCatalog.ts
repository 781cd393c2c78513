import { useEffect, useState } from 'react';

import { type DataSource } from '../datasource';
import { errorMessage } from '../errors';
import { type Catalog } from '../types';

/** Loads the catalogue. Returns it, or the error. */
export function useCatalog(datasource: DataSource): { catalog?: Catalog; error?: string } {
  const [state, setState] = useState<{ catalog?: Catalog; error?: string }>({});
  useEffect(() => {
    let wanted = true;
    datasource.catalog().then(
      (catalog) => wanted && setState({ catalog }),
      (error) => wanted && setState({ error: errorMessage(error) })
    );
    return () => {
      wanted = false;
    };
  }, [datasource]);
  return state;
}
