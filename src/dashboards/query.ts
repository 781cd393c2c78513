import { type Builder, type Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { type DataSourceRef } from '@grafana/grafana-foundation-sdk/common';

import { type Filter, type Preset } from '../types';

export const PLUGIN_ID = 'parley-conversations-datasource';

/** The data source that the reader has chosen. */
export const DATASOURCE: DataSourceRef = { type: PLUGIN_ID, uid: '${datasource}' };

/** What a panel asks; the language and the dashboard's filters are added. */
export type Question = Omit<Preset, 'version' | 'language' | 'timezone' | 'after'>;

/** A question to our data source, as Grafana stores it. */
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
    // The marker of the SDK's type exists only while it compiles.
    return target as unknown as Dataquery;
  }
}

const direction = (value: string): Filter => ({ dimension: 'direction', operator: 'in', values: [value] });

/** Keep groups away in which messages of the other direction alone would stand, none of them counted. */
export const INBOUND = direction('inbound');
export const OUTBOUND = direction('outbound');

/** Variables that the reader writes: a list of all their values would have no end. */
const WRITTEN: Record<string, string> = { correlation_id: 'contains', phone: 'contains', session_id: 'in' };

/** Whether the reader writes the variable instead of choosing from a list. */
export const isWritten = (variable: string) => variable in WRITTEN;

/** Keeps what the reader has chosen; with "All", or with nothing written, the filter falls away. */
export function chosen(variable: string): Filter {
  return { dimension: variable, operator: WRITTEN[variable] ?? 'in', values: [`$${variable}`] };
}
