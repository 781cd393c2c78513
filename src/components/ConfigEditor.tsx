import { type DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { ConfigSection, ConfigSubSection, SecureSocksProxyToggle } from '@grafana/plugin-ui';
import { config } from '@grafana/runtime';
import {
  Combobox,
  type ComboboxOption,
  Divider,
  Field,
  Input,
  SecretInput,
  SecretTextArea,
  Stack,
  Text,
  TextLink,
} from '@grafana/ui';
import { type ComponentProps, useId } from 'react';

import { type ParleyOptions, type ParleySecrets } from '../types';

type Props = DataSourcePluginOptionsEditorProps<ParleyOptions, ParleySecrets>;

const DOCUMENTATION = 'https://github.com/parley-reports/parley/tree/main/docs';

/** What empty fields show: the defaults of the backend, or what a value looks like. */
const EXAMPLES = {
  schema: 'parley',
  host: 'db.example.com',
  port: '5432',
  timezone: 'UTC',
  chatUrl: 'https://chat.example.com/conversations/{conversation_id}',
  rowLimit: '100000',
  timeoutSeconds: '60',
  maxConnections: '10',
};

const WIDTH = 50;

/** Edits the settings of the data source: which database, how to reach it, and how much to ask of it. */
export function ConfigEditor({ options, onOptionsChange }: Props) {
  const { jsonData, secureJsonData, secureJsonFields } = options;

  const set = (patch: Partial<ParleyOptions>) =>
    onOptionsChange({ ...options, jsonData: { ...jsonData, ...patch } });
  const secret = (name: keyof ParleySecrets) => ({
    isConfigured: Boolean(secureJsonFields?.[name]),
    value: secureJsonData?.[name] ?? '',
    onChange: (value: string) =>
      onOptionsChange({ ...options, secureJsonData: { ...secureJsonData, [name]: value } }),
    onReset: () =>
      onOptionsChange({
        ...options,
        secureJsonFields: { ...secureJsonFields, [name]: false },
        secureJsonData: { ...secureJsonData, [name]: '' },
      }),
  });
  const tlsMode = jsonData.tlsMode || 'require';

  return (
    <>
      <Introduction />
      <Divider />
      <ConfigSection
        title={t('configEditor.database.title', 'Message database')}
        description={t(
          'configEditor.database.description',
          'A PostgreSQL database, or a replica of it. A login that can only read is enough, and all that Parley needs.'
        )}
      >
        <ChoiceSetting
          label={t('configEditor.kind.label', 'Kind of database')}
          description={t('configEditor.kind.description', 'What wrote the messages, and so how the tables are laid out')}
          options={[
            {
              value: 'views',
              label: t('configEditor.kind.views', 'Parley views'),
              description: t('configEditor.kind.viewsDescription', "Views of Parley's names over a database of your own"),
            },
          ]}
          value={jsonData.kind || 'views'}
          onChange={(kind) => set({ kind })}
        />
        <TextSetting
          label={t('configEditor.schema.label', 'Schema')}
          description={t('configEditor.schema.description', 'Where the views are')}
          placeholder={EXAMPLES.schema}
          value={jsonData.schema}
          onChange={(schema) => set({ schema })}
        />
        <Stack direction="row" gap={2}>
          <TextSetting
            label={t('configEditor.host.label', 'Host')}
            required
            width={WIDTH - 14}
            placeholder={EXAMPLES.host}
            value={jsonData.host}
            onChange={(host) => set({ host })}
          />
          <NumberSetting
            label={t('configEditor.port.label', 'Port')}
            width={12}
            placeholder={EXAMPLES.port}
            value={jsonData.port}
            onChange={(port) => set({ port })}
          />
        </Stack>
        <TextSetting
          label={t('configEditor.databaseName.label', 'Database')}
          required
          value={jsonData.database}
          onChange={(database) => set({ database })}
        />
      </ConfigSection>

      <Divider />
      <ConfigSection title={t('configEditor.authentication.title', 'Authentication')}>
        <TextSetting
          label={t('configEditor.user.label', 'User')}
          required
          value={jsonData.user}
          onChange={(user) => set({ user })}
          autoComplete="off"
        />
        <PasswordSetting label={t('configEditor.password.label', 'Password')} {...secret('password')} />

        <ConfigSubSection
          title={t('configEditor.tls.title', 'Encryption')}
          description={t('configEditor.tls.description', 'Certificates and keys are pasted as PEM text')}
        >
          <ChoiceSetting
            label={t('configEditor.tlsMode.label', 'TLS mode')}
            options={[
              { value: 'disable', label: t('configEditor.tlsMode.disable', 'Disabled') },
              {
                value: 'require',
                label: t('configEditor.tlsMode.require', 'Required'),
                description: t('configEditor.tlsMode.requireDescription', 'Encrypts, but trusts any server'),
              },
              {
                value: 'verify-ca',
                label: t('configEditor.tlsMode.verifyCA', 'Verify the certificate'),
                description: t('configEditor.tlsMode.verifyCADescription', 'Trusts servers of a known authority'),
              },
              {
                value: 'verify-full',
                label: t('configEditor.tlsMode.verifyFull', 'Verify the certificate and the host'),
                description: t('configEditor.tlsMode.verifyFullDescription', 'Trusts this very server only'),
              },
            ]}
            value={tlsMode}
            onChange={(mode) => set({ tlsMode: mode })}
          />
          {tlsMode !== 'disable' && (
            <>
              {tlsMode !== 'require' && (
                <PemSetting
                  label={t('configEditor.tlsCACert.label', 'Root certificate')}
                  description={t('configEditor.tlsCACert.description', "Without one, the system's authorities serve")}
                  kind="CERTIFICATE"
                  {...secret('tlsCACert')}
                />
              )}
              <PemSetting
                label={t('configEditor.tlsClientCert.label', 'Client certificate')}
                kind="CERTIFICATE"
                {...secret('tlsClientCert')}
              />
              <PemSetting
                label={t('configEditor.tlsClientKey.label', 'Client key')}
                kind="PRIVATE KEY"
                {...secret('tlsClientKey')}
              />
            </>
          )}
        </ConfigSubSection>
      </ConfigSection>

      <Divider />
      <ConfigSection title={t('configEditor.reports.title', 'Reports')}>
        <TextSetting
          label={t('configEditor.timezone.label', 'Time zone')}
          description={t(
            'configEditor.timezone.description',
            "Where days, weeks and months begin when a query brings no zone of its own, as in alert rules. Dashboards bring theirs."
          )}
          placeholder={EXAMPLES.timezone}
          value={jsonData.timezone}
          onChange={(timezone) => set({ timezone })}
        />
        <TextSetting
          label={t('configEditor.chatUrl.label', 'Link to a chat')}
          description={t(
            'configEditor.chatUrl.description',
            'An address with {{fields}} in the place of the ids',
            {
              fields: '{account_id}, {conversation_id}, {display_id}, {contact_id}, {line_id}',
              interpolation: { escapeValue: false },
            }
          )}
          placeholder={EXAMPLES.chatUrl}
          value={jsonData.chatUrl}
          onChange={(chatUrl) => set({ chatUrl })}
        />
      </ConfigSection>

      <Divider />
      <ConfigSection
        title={t('configEditor.limits.title', 'Limits and connection')}
        description={t('configEditor.limits.description', 'How much Parley may ask of the database')}
        isCollapsible
        isInitiallyOpen={Boolean(
          jsonData.rowLimit ||
          jsonData.timeoutSeconds ||
          jsonData.maxConnections ||
          jsonData.execMode ||
          jsonData.enableSecureSocksProxy
        )}
      >
        <NumberSetting
          label={t('configEditor.rowLimit.label', 'Rows in an answer')}
          description={t('configEditor.rowLimit.description', 'A longer answer is cut, and says so')}
          placeholder={EXAMPLES.rowLimit}
          value={jsonData.rowLimit}
          onChange={(rowLimit) => set({ rowLimit })}
        />
        <NumberSetting
          label={t('configEditor.timeoutSeconds.label', 'Seconds for a query')}
          description={t('configEditor.timeoutSeconds.description', 'A longer query is cancelled in the database')}
          placeholder={EXAMPLES.timeoutSeconds}
          value={jsonData.timeoutSeconds}
          onChange={(timeoutSeconds) => set({ timeoutSeconds })}
        />
        <NumberSetting
          label={t('configEditor.maxConnections.label', 'Connections at once')}
          placeholder={EXAMPLES.maxConnections}
          value={jsonData.maxConnections}
          onChange={(maxConnections) => set({ maxConnections })}
        />
        <ChoiceSetting
          label={t('configEditor.execMode.label', 'Prepared statements')}
          description={t('configEditor.execMode.description', 'A pgbouncer that pools transactions keeps none')}
          options={[
            { value: 'cache_statement', label: t('configEditor.execMode.cacheStatement', 'Prepared and kept') },
            { value: 'exec', label: t('configEditor.execMode.exec', 'Not kept (pgbouncer)') },
            {
              value: 'simple_protocol',
              label: t('configEditor.execMode.simpleProtocol', 'None, simple protocol (old pgbouncer)'),
            },
          ]}
          value={jsonData.execMode || 'cache_statement'}
          onChange={(execMode) => set({ execMode })}
        />
        {config.secureSocksDSProxyEnabled && (
          <SecureSocksProxyToggle dataSourceConfig={options} onChange={onOptionsChange} labelWidth={30} />
        )}
      </ConfigSection>
    </>
  );
}

/** What to do here. The one of plugin-ui speaks English only. */
function Introduction() {
  return (
    <Stack direction="column" gap={1}>
      <Text color="secondary" element="p">
        {t('configEditor.introduction', 'Tell Parley where your messages are; a file of the provisioning can do the same.')}{' '}
        <TextLink href={DOCUMENTATION} external inline>
          {t('configEditor.documentation', 'Read the documentation')}
        </TextLink>
      </Text>
      <Text color="secondary" element="p" italic>
        {t('configEditor.required', 'Fields marked with * are required')}
      </Text>
    </Stack>
  );
}

interface SettingProps {
  label: string;
  description?: string;
  required?: boolean;
}

type TextSettingProps = SettingProps & {
  value?: string;
  onChange: (value: string) => void;
} & Pick<ComponentProps<typeof Input>, 'placeholder' | 'width' | 'autoComplete'>;

function TextSetting({ label, description, required, value, onChange, width = WIDTH, ...input }: TextSettingProps) {
  const id = useId();
  return (
    <Field label={label} description={description} required={required}>
      <Input
        id={id}
        {...input}
        width={width}
        required={required}
        value={value ?? ''}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </Field>
  );
}

type NumberSettingProps = SettingProps & {
  value?: number;
  onChange: (value: number | undefined) => void;
} & Pick<ComponentProps<typeof Input>, 'placeholder' | 'width'>;

function NumberSetting({ label, description, value, onChange, width = 20, ...input }: NumberSettingProps) {
  const id = useId();
  return (
    <Field label={label} description={description}>
      <Input
        id={id}
        {...input}
        type="number"
        min={1}
        width={width}
        value={value ?? ''}
        onChange={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          onChange(Number.isNaN(typed) ? undefined : Math.trunc(typed));
        }}
      />
    </Field>
  );
}

type ChoiceSettingProps = SettingProps & {
  options: ComboboxOption[];
  value: string;
  onChange: (value: string) => void;
};

function ChoiceSetting({ label, description, options, value, onChange }: ChoiceSettingProps) {
  const id = useId();
  return (
    <Field label={label} description={description}>
      <Combobox id={id} width={WIDTH} options={options} value={value} onChange={(option) => onChange(option.value)} />
    </Field>
  );
}

type SecretSettingProps = SettingProps & {
  isConfigured: boolean;
  value: string;
  onChange: (value: string) => void;
  onReset: () => void;
};

function PasswordSetting({ label, onChange, ...secret }: SecretSettingProps) {
  const id = useId();
  return (
    <Field label={label}>
      <SecretInput
        id={id}
        {...secret}
        width={WIDTH}
        autoComplete="new-password"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </Field>
  );
}

const pemHeader = (kind: string) => `-----BEGIN ${kind}-----`;

function PemSetting({ label, description, kind, onChange, ...secret }: SecretSettingProps & { kind: string }) {
  const id = useId();
  return (
    <Field label={label} description={description}>
      <SecretTextArea
        id={id}
        {...secret}
        cols={WIDTH}
        rows={6}
        placeholder={pemHeader(kind)}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </Field>
  );
}
