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
  /** Where the documentation says how to make a login for it. */
  login: string;
  /** What may stand in the link to a chat, and what it may look like. */
  link: { fields: string[]; example: string };
}

/** The backend's defaults. */
const SCHEMA = 'parley';
const PRODUCT_SCHEMA = 'public';
const WEBHOOKS = { table: 'whatsapp_webhook', receivedAt: 'received_at', payload: 'payload' };

/** Links of a help desk, and of what knows messages only. */
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

/** Their names are the same in every language. */
const PRODUCTS = { chatwoot: 'Chatwoot', evolution: 'Evolution API', ticketz: 'Ticketz' };

/** Whose rows may be read. */
const account = (
  description = t(
    'configEditor.account.description',
    'The id of the only account to read: nothing of others can then be seen. Empty: all accounts'
  )
): KindField => ({ name: 'account', label: t('configEditor.account.label', 'Account'), description });

/** Where the tables of a product are. */
const productSchema = (): KindField => ({
  name: 'schema',
  label: t('configEditor.schema.label', 'Schema'),
  description: t('configEditor.schema.tables', 'Where the tables are'),
  placeholder: PRODUCT_SCHEMA,
});

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
      login: 'configuration.md#the-login',
      link: LINKS.views,
    },
    {
      id: 'chatwoot',
      title: PRODUCTS.chatwoot,
      description: t('configEditor.kind.chatwootDescription', "Chatwoot's own tables, as they are"),
      fields: [productSchema(), account()],
      login: 'chatwoot.md#the-login',
      link: LINKS.chatwoot,
    },
    {
      id: 'evolution',
      title: PRODUCTS.evolution,
      description: t('configEditor.kind.evolutionDescription', "Evolution API's own tables, as they are"),
      fields: [
        productSchema(),
        account(
          t(
            'configEditor.account.instance',
            'The only instance to read, by name or id, or the client name of all instances of one installation: nothing of others can then be seen. Empty: all'
          )
        ),
      ],
      login: 'evolution.md#the-login',
      link: LINKS.messages,
    },
    {
      id: 'ticketz',
      title: PRODUCTS.ticketz,
      description: t('configEditor.kind.ticketzDescription', 'The tables of Ticketz or another descendant of Whaticket, as they are'),
      fields: [productSchema(), account()],
      login: 'ticketz.md#the-login',
      link: LINKS.ticketz,
    },
    {
      id: 'webhook',
      title: t('configEditor.kind.webhook', 'WhatsApp webhooks'),
      description: t(
        'configEditor.kind.webhookDescription',
        "A table of your own that keeps the bodies of the Cloud API's webhooks as they came"
      ),
      fields: [
        productSchema(),
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
        account(
          t(
            'configEditor.account.waba',
            'The id of the only WhatsApp Business account to read: nothing of others can then be seen. Empty: all accounts'
          )
        ),
      ],
      login: 'webhook.md#the-login',
      link: LINKS.messages,
    },
  ];
}
