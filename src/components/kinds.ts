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

/** The backend's defaults. */
const SCHEMA = 'parley';
const PRODUCT_SCHEMA = 'public';
const WEBHOOKS = { table: 'whatsapp_webhook', receivedAt: 'received_at', payload: 'payload' };

/** Their names are the same in every language. */
const PRODUCTS = { chatwoot: 'Chatwoot', evolution: 'Evolution API', ticketz: 'Ticketz' };

/** Whose rows may be read. */
const account = (
  description = t(
    'configEditor.account.description',
    'The id of the only account to read: nothing of others can then be seen. Empty: all accounts'
  )
): KindField => ({ name: 'account', label: t('configEditor.account.label', 'Account'), description });

/** What the tables of a product need. */
const productFields = (accountField = account()): KindField[] => [
  {
    name: 'schema',
    label: t('configEditor.schema.label', 'Schema'),
    description: t('configEditor.schema.tables', 'Where the tables are'),
    placeholder: PRODUCT_SCHEMA,
  },
  accountField,
];

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
        account(),
      ],
    },
    {
      id: 'chatwoot',
      title: PRODUCTS.chatwoot,
      description: t('configEditor.kind.chatwootDescription', "Chatwoot's own tables, as they are"),
      fields: productFields(),
    },
    {
      id: 'evolution',
      title: PRODUCTS.evolution,
      description: t('configEditor.kind.evolutionDescription', "Evolution API's own tables, as they are"),
      fields: productFields(
        account(
          t(
            'configEditor.account.instance',
            'The only instance to read, by name or id, or the client name of all instances of one installation: nothing of others can then be seen. Empty: all'
          )
        )
      ),
    },
    {
      id: 'ticketz',
      title: PRODUCTS.ticketz,
      description: t('configEditor.kind.ticketzDescription', 'The tables of Ticketz or another descendant of Whaticket, as they are'),
      fields: productFields(),
    },
    {
      id: 'webhook',
      title: t('configEditor.kind.webhook', 'WhatsApp webhooks'),
      description: t(
        'configEditor.kind.webhookDescription',
        "A table of your own that keeps the bodies of the Cloud API's webhooks as they came"
      ),
      fields: [
        ...productFields(
          account(
            t(
              'configEditor.account.waba',
              'The id of the only WhatsApp Business account to read: nothing of others can then be seen. Empty: all accounts'
            )
          )
        ),
        {
          name: 'table',
          label: t('configEditor.table.label', 'Table'),
          description: t('configEditor.table.description', 'One row for each webhook'),
          placeholder: WEBHOOKS.table,
        },
        {
          name: 'receivedAtColumn',
          label: t('configEditor.receivedAtColumn.label', 'Column of the time'),
          description: t('configEditor.receivedAtColumn.description', 'When the webhook came'),
          placeholder: WEBHOOKS.receivedAt,
        },
        {
          name: 'payloadColumn',
          label: t('configEditor.payloadColumn.label', 'Column of the body'),
          description: t('configEditor.payloadColumn.description', 'Its whole JSON'),
          placeholder: WEBHOOKS.payload,
        },
      ],
    },
  ];
}
