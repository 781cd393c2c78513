import { t } from '@grafana/i18n';

import { type ParleyOptions } from '../types';

/** A setting that only one kind of database has. */
export interface KindField {
  name: TextOption;
  label: string;
  description?: string;
  /** What an empty field shows: the backend's default, or what a value looks like. */
  placeholder?: string;
  required?: boolean;
}

type TextOption = {
  [Name in keyof ParleyOptions]-?: NonNullable<ParleyOptions[Name]> extends string ? Name : never;
}[keyof ParleyOptions];

/** What wrote the messages: the backend has a source for each kind. */
export interface Kind {
  id: string;
  title: string;
  description: string;
  fields: KindField[];
}

/** The backend's default. */
const SCHEMA = 'parley';

export function kinds(): Kind[] {
  return [
    {
      id: 'views',
      title: t('configEditor.kind.views', 'Parley views'),
      description: t('configEditor.kind.viewsDescription', "Views of Parley's names over a database of your own"),
      fields: [
        {
          name: 'schema',
          label: t('configEditor.schema.label', 'Schema'),
          description: t('configEditor.schema.description', 'Where the views are'),
          placeholder: SCHEMA,
        },
      ],
    },
  ];
}
