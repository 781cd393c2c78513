import { type Builder, type Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { type DataSourceRef } from '@grafana/grafana-foundation-sdk/common';

import { type Filter, type Preset } from '../types';

export const PLUGIN_ID = 'parley-conversations-datasource';

/** The data source selected in the dashboard. */
export const DATASOURCE: DataSourceRef = { type: PLUGIN_ID, uid: '${datasource}' };

/** The query of a panel, without the language and the dashboard's filters. */
export type Question = Omit<Preset, 'version' | 'language' | 'timezone' | 'after'>;

/** A query of the data source in Grafana's format. */
export class Ask implements Builder<Dataquery> {
  constructor(
    private readonly question: Question,
    private readonly language: string,
    private readonly variables: string[],
    private readonly refId = 'A'
  ) {}

  build(): Dataquery {
    const { filters = [], ...question } = this.question;
    const target = {
      refId: this.refId,
      datasource: DATASOURCE,
      version: 1,
      ...question,
      filters: [...filters, ...this.variables.map(chosen)],
      language: this.language,
    };
    // The SDK's type has a marker that exists only at compile time.
    return target as unknown as Dataquery;
  }
}

const direction = (value: string): Filter => ({ dimension: 'direction', operator: 'in', values: [value] });

/** Exclude groups that only have messages of the other direction, which are not counted. */
export const INBOUND = direction('inbound');
export const OUTBOUND = direction('outbound');

/** Text box variables. They have too many values for a list. */
const WRITTEN: Record<string, string> = { correlation_id: 'contains', phone: 'contains', session_id: 'in' };

/** Whether a variable is a text box. */
export const isWritten = (variable: string) => variable in WRITTEN;

/** A variable as the parameter of a download: its name, and its operator if that is not the usual one. */
export const downloaded = (variable: string) => (isWritten(variable) ? `${variable}:${WRITTEN[variable]}` : variable);

/** Filters by the selected values. With "All" or an empty text box, the filter is off. */
export function chosen(variable: string): Filter {
  return { dimension: variable, operator: WRITTEN[variable] ?? 'in', values: [`$${variable}`] };
}
