import { t } from '@grafana/i18n';

import { type ParleyOptions } from '../types';

/** A setting that not every database type has. */
export interface KindField {
  name: TextOption;
  label: string;
  description?: string;
  /** The backend's default, or an example. */
  placeholder?: string;
  required?: boolean;
}

type TextOption = {
  [Name in keyof ParleyOptions]-?: NonNullable<ParleyOptions[Name]> extends string ? Name : never;
}[keyof ParleyOptions];

/** A database type. The backend has a source for each. */
export interface Kind {
  id: string;
  title: string;
  description: string;
  fields: KindField[];
  /** Where the documentation explains how to create a database user. */
  login: string;
  /** The placeholders of the chat URL template, and an example. */
  link: { fields: string[]; example: string };
}

/** The backend's defaults. */
const SCHEMA = 'parley';
const PRODUCT_SCHEMA = 'public';
const WEBHOOKS = { table: 'whatsapp_webhook', receivedAt: 'received_at', payload: 'payload' };

/** Chat URLs of help desks, and of databases without conversations. */
const CONVERSATION = ['{account_id}', '{conversation_id}', '{display_id}', '{contact_id}', '{line_id}', '{url}'];
const CONTACT = ['{account_id}', '{contact_id}', '{line_id}'];
const LINKS = {
  views: { fields: CONVERSATION, example: 'https://chat.example.com/conversations/{conversation_id}' },
  chatwoot: {
    fields: CONVERSATION,
    example: 'https://chat.example.com/app/accounts/{account_id}/conversations/{display_id}',
  },
  ticketz: { fields: CONVERSATION, example: 'https://chat.example.com/tickets/{url}' },
  messages: { fields: CONTACT, example: 'https://crm.example.com/chats?contact={contact_id}&line={line_id}' },
};

/** Product names are not translated. */
const PRODUCTS = { chatwoot: 'Chatwoot', evolution: 'Evolution API', ticketz: 'Ticketz' };

/** The only account to read. */
const account = (
  description = t(
    'configEditor.account.description',
    'ID of an account. Leave empty for all accounts'
  )
): KindField => ({ name: 'account', label: t('configEditor.account.label', 'Account'), description });

/** The schema of a product's tables. */
const productSchema = (): KindField => ({
  name: 'schema',
  label: t('configEditor.schema.label', 'Schema'),
  description: t('configEditor.schema.tables', 'The schema that contains the tables'),
  placeholder: PRODUCT_SCHEMA,
});

export function kinds(): Kind[] {
  return [
    {
      id: 'views',
      title: t('configEditor.kind.views', 'Parley views'),
      description: t('configEditor.kind.viewsDescription', 'Views over your own database'),
      fields: [
        {
          name: 'schema',
          label: t('configEditor.schema.label', 'Schema'),
          description: t('configEditor.schema.description', 'The schema that contains the views'),
          placeholder: SCHEMA,
        },
        account(),
      ],
      login: 'configuration.md#database-user',
      link: LINKS.views,
    },
    {
      id: 'chatwoot',
      title: PRODUCTS.chatwoot,
      description: t('configEditor.kind.chatwootDescription', 'Reads the tables of Chatwoot'),
      fields: [productSchema(), account()],
      login: 'chatwoot.md#database-user',
      link: LINKS.chatwoot,
    },
    {
      id: 'evolution',
      title: PRODUCTS.evolution,
      description: t('configEditor.kind.evolutionDescription', 'Reads the tables of Evolution API'),
      fields: [
        productSchema(),
        account(
          t(
            'configEditor.account.instance',
            'Name or ID of an instance, or the client name of an installation. Leave empty for all'
          )
        ),
      ],
      login: 'evolution.md#database-user',
      link: LINKS.messages,
    },
    {
      id: 'ticketz',
      title: PRODUCTS.ticketz,
      description: t('configEditor.kind.ticketzDescription', 'Reads the tables of Ticketz and other Whaticket forks'),
      fields: [productSchema(), account()],
      login: 'ticketz.md#database-user',
      link: LINKS.ticketz,
    },
    {
      id: 'webhook',
      title: t('configEditor.kind.webhook', 'WhatsApp webhooks'),
      description: t(
        'configEditor.kind.webhookDescription',
        'Your table of Cloud API webhook payloads'
      ),
      fields: [
        productSchema(),
        {
          name: 'table',
          label: t('configEditor.table.label', 'Table'),
          description: t('configEditor.table.description', 'One row per webhook'),
          placeholder: WEBHOOKS.table,
        },
        {
          name: 'receivedAtColumn',
          label: t('configEditor.receivedAtColumn.label', 'Received-at column'),
          description: t('configEditor.receivedAtColumn.description', 'When the webhook was received'),
          placeholder: WEBHOOKS.receivedAt,
        },
        {
          name: 'payloadColumn',
          label: t('configEditor.payloadColumn.label', 'Payload column'),
          description: t('configEditor.payloadColumn.description', 'The full JSON body of the webhook'),
          placeholder: WEBHOOKS.payload,
        },
        account(
          t(
            'configEditor.account.waba',
            'ID of a WhatsApp Business account. Leave empty for all accounts'
          )
        ),
      ],
      login: 'webhook.md#database-user',
      link: LINKS.messages,
    },
  ];
}
