import { type DataQueryRequest } from '@grafana/data';

import { type DataSource } from './datasource';
import { exportPath, type Format } from './exportPath';
import { type ParleyQuery } from './types';

/**
 * The address of a file with all rows of a query as it was last asked: with the values of
 * its variables and the time range.
 */
export function downloadUrl(
  datasource: DataSource,
  request: Pick<DataQueryRequest<ParleyQuery>, 'targets' | 'range' | 'scopedVars' | 'filters' | 'timezone'>,
  refId: string,
  format: Format
): string | undefined {
  const asked = request.targets.find((target) => target.refId === refId);
  if (!asked) {
    return undefined;
  }
  const { refId: _, datasource: __, hide: ___, key: ____, ...query } = datasource.applyTemplateVariables(
    datasource.withZoneAndLanguage(asked, request.timezone),
    request.scopedVars,
    request.filters
  );
  const parameters = new URLSearchParams({
    format,
    from: String(request.range.from.valueOf()),
    to: String(request.range.to.valueOf()),
    query: JSON.stringify(query),
  });
  return `${exportPath(datasource.uid)}?${parameters}`;
}
