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
import { type ComponentProps, type ReactNode, useId } from 'react';

import { isBadHost, PLACEHOLDERS, templateProblem } from '../address';
import { type ParleyOptions, type ParleySecrets } from '../types';
import { useOnce } from './fields';
import { kinds } from './kinds';
import { timeZones } from './TimeZoneField';

type Props = DataSourcePluginOptionsEditorProps<ParleyOptions, ParleySecrets>;

const DOCUMENTATION = 'https://github.com/parley-reports/parley/blob/main/docs';

/** Placeholders: the backend's defaults, or examples. */
const EXAMPLES = {
  host: 'db.example.com',
  port: '5432',
  timezone: 'UTC',
  rowLimit: '100000',
  refreshSeconds: '30',
  memoryMB: '1024',
  timeoutSeconds: '60',
  maxConnections: '10',
};

const MAX_PORT = 65535;

const WIDTH = 50;

/** Edits the data source settings: the database, how to connect to it, and limits. */
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
  const allKinds = kinds();
  const kind = allKinds.find(({ id }) => id === jsonData.kind) ?? allKinds[0];

  return (
    // Provisioned settings are read-only.
    <fieldset disabled={options.readOnly}>
      <Introduction />
      <Divider />
      <ConfigSection
        title={t('configEditor.database.title', 'Message database')}
        description={t(
          'configEditor.database.description',
          'A PostgreSQL database or a read replica. Parley never writes to it.'
        )}
      >
        <ChoiceSetting
          label={t('configEditor.kind.label', 'Database type')}
          description={t('configEditor.kind.description', 'The product that stores the messages')}
          options={allKinds.map(({ id, title, description }) => ({ value: id, label: title, description }))}
          value={kind.id}
          onChange={(id) => set({ kind: id })}
        />
        <Stack direction="row" gap={2}>
          <TextSetting
            label={t('configEditor.host.label', 'Host')}
            required
            width={WIDTH - 14}
            placeholder={EXAMPLES.host}
            value={jsonData.host}
            onChange={(host) => set({ host })}
            error={
              isBadHost(jsonData.host)
                ? t('configEditor.host.bad', 'Enter the host without scheme or port, such as db.example.com. The port has its own field')
                : undefined
            }
          />
          <NumberSetting
            label={t('configEditor.port.label', 'Port')}
            width={12}
            placeholder={EXAMPLES.port}
            value={jsonData.port}
            onChange={(port) => set({ port })}
            error={
              jsonData.port !== undefined && !(jsonData.port >= 1 && jsonData.port <= MAX_PORT)
                ? t('configEditor.port.bad', 'Enter a number from 1 to 65535')
                : undefined
            }
          />
        </Stack>
        <TextSetting
          label={t('configEditor.databaseName.label', 'Database')}
          required
          value={jsonData.database}
          onChange={(database) => set({ database })}
        />
        {kind.fields.map(({ name, ...field }) => (
          <TextSetting key={name} {...field} value={jsonData[name]} onChange={(value) => set({ [name]: value })} />
        ))}
      </ConfigSection>

      <Divider />
      <ConfigSection
        title={t('configEditor.authentication.title', 'Authentication')}
        description={
          <>
            {t(
              'configEditor.authentication.description',
              'Use a read-only database user.'
            )}{' '}
            <TextLink href={`${DOCUMENTATION}/${kind.login}`} external inline variant="bodySmall">
              {t('configEditor.authentication.login', 'How to create one')}
            </TextLink>
          </>
        }
      >
        <TextSetting
          label={t('configEditor.user.label', 'User')}
          required
          value={jsonData.user}
          onChange={(user) => set({ user })}
          autoComplete="off"
        />
        <PasswordSetting label={t('configEditor.password.label', 'Password')} {...secret('password')} />

        <ChoiceSetting
          label={t('configEditor.tlsMode.label', 'TLS mode')}
          // PostgreSQL's own names.
          options={[
            { value: 'disable', description: t('configEditor.tlsMode.disableDescription', 'No encryption') },
            {
              value: 'prefer',
              description: t('configEditor.tlsMode.preferDescription', 'Encrypts if the server supports TLS'),
            },
            {
              value: 'require',
              description: t('configEditor.tlsMode.requireDescription', 'Encrypts, does not verify the server'),
            },
            {
              value: 'verify-ca',
              description: t('configEditor.tlsMode.verifyCADescription', 'Verifies the certificate'),
            },
            {
              value: 'verify-full',
              description: t('configEditor.tlsMode.verifyFullDescription', 'Verifies the certificate and the host name'),
            },
          ]}
          value={tlsMode}
          onChange={(mode) => set({ tlsMode: mode })}
        />
        {tlsMode.startsWith('verify') && (
          <PemSetting
            label={t('configEditor.tlsCACert.label', 'CA certificate')}
            description={t(
              'configEditor.tlsCACert.description',
              'PEM format. Leave empty to use the system CAs'
            )}
            kind="CERTIFICATE"
            {...secret('tlsCACert')}
          />
        )}
      </ConfigSection>

      <Divider />
      <ConfigSection title={t('configEditor.reports.title', 'Reports')}>
        <ChoiceSetting
          label={t('configEditor.timezone.label', 'Time zone')}
          description={t(
            'configEditor.timezone.description',
            'Used for days, weeks and months in alert rules. Dashboards use their own time zone.'
          )}
          placeholder={EXAMPLES.timezone}
          options={timeZones}
          createCustomValue
          isClearable
          value={jsonData.timezone || null}
          onChange={(timezone) => set({ timezone })}
        />
        <TextSetting
          label={t('configEditor.chatUrl.label', 'Chat URL template')}
          description={t(
            'configEditor.chatUrl.description',
            'Links each row of a details report to its conversation, unless the database stores a URL. Placeholders: {{fields}}',
            { fields: kind.link.fields.join(' '), interpolation: { escapeValue: false } }
          )}
          placeholder={kind.link.example}
          width={2 * WIDTH}
          value={jsonData.chatUrl}
          onChange={(chatUrl) => set({ chatUrl })}
          error={templateError(jsonData.chatUrl)}
        />
      </ConfigSection>

      <Divider />
      <ConfigSection
        title={t('configEditor.limits.title', 'Limits and connections')}
        description={t('configEditor.limits.description', 'Limits for queries, connections and memory')}
        isCollapsible
        // A read-only section cannot be opened.
        isInitiallyOpen={Boolean(
          options.readOnly ||
          jsonData.rowLimit ||
          jsonData.timeoutSeconds ||
          jsonData.maxConnections ||
          jsonData.execMode ||
          jsonData.refreshSeconds ||
          jsonData.memoryMB ||
          jsonData.enableSecureSocksProxy ||
          secureJsonFields?.tlsClientCert ||
          secureJsonFields?.tlsClientKey
        )}
      >
        <NumberSetting
          label={t('configEditor.rowLimit.label', 'Row limit')}
          description={t('configEditor.rowLimit.description', 'Longer results are cut off, with a notice in the panel')}
          placeholder={EXAMPLES.rowLimit}
          value={jsonData.rowLimit}
          onChange={(rowLimit) => set({ rowLimit })}
        />
        <NumberSetting
          label={t('configEditor.refreshSeconds.label', 'Refresh interval (seconds)')}
          description={t('configEditor.refreshSeconds.description', 'New messages and changes of the last 48 hours are read again after this time, older changes after at most 15 minutes')}
          placeholder={EXAMPLES.refreshSeconds}
          value={jsonData.refreshSeconds}
          onChange={(refreshSeconds) => set({ refreshSeconds })}
        />
        <NumberSetting
          label={t('configEditor.memoryMB.label', 'Memory for messages (MB)')}
          description={t('configEditor.memoryMB.description', 'About 10,000 messages fit in 1 MB. Queries that need more read the messages in parts and are slower')}
          placeholder={EXAMPLES.memoryMB}
          value={jsonData.memoryMB}
          onChange={(memoryMB) => set({ memoryMB })}
        />
        <NumberSetting
          label={t('configEditor.timeoutSeconds.label', 'Query timeout (seconds)')}
          description={t('configEditor.timeoutSeconds.description', 'Longer queries are cancelled in the database')}
          placeholder={EXAMPLES.timeoutSeconds}
          value={jsonData.timeoutSeconds}
          onChange={(timeoutSeconds) => set({ timeoutSeconds })}
        />
        <NumberSetting
          label={t('configEditor.maxConnections.label', 'Max connections')}
          placeholder={EXAMPLES.maxConnections}
          value={jsonData.maxConnections}
          onChange={(maxConnections) => set({ maxConnections })}
        />
        <ChoiceSetting
          label={t('configEditor.execMode.label', 'Prepared statements')}
          description={t('configEditor.execMode.description', 'Disable them behind PgBouncer in transaction pooling mode')}
          options={[
            { value: 'cache_statement', label: t('configEditor.execMode.cacheStatement', 'Enabled') },
            { value: 'exec', label: t('configEditor.execMode.exec', 'Disabled (PgBouncer transaction pooling)') },
            {
              value: 'simple_protocol',
              label: t('configEditor.execMode.simpleProtocol', 'Disabled, simple protocol (older PgBouncer)'),
            },
          ]}
          value={jsonData.execMode || 'cache_statement'}
          onChange={(execMode) => set({ execMode })}
        />
        {tlsMode !== 'disable' && (
          <ConfigSubSection
            title={t('configEditor.tlsClient.title', 'TLS client authentication')}
            description={t('configEditor.tlsClient.description', 'PEM format. Only if the server requires a client certificate')}
          >
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
          </ConfigSubSection>
        )}
        {config.secureSocksDSProxyEnabled && (
          <SecureSocksProxyToggle dataSourceConfig={options} onChange={onOptionsChange} labelWidth={30} />
        )}
      </ConfigSection>
    </fieldset>
  );
}

/** The introduction. The one in plugin-ui is in English only. */
function Introduction() {
  return (
    <Stack direction="column" gap={1}>
      <Text color="secondary" element="p">
        {t('configEditor.introduction', 'Connect the database that stores your messages. You can also provision this data source from a file.')}{' '}
        <TextLink href={`${DOCUMENTATION}/configuration.md`} external inline>
          {t('configEditor.documentation', 'Read the documentation')}
        </TextLink>
      </Text>
      <Text color="secondary" element="p" italic>
        {t('configEditor.required', 'Fields marked with * are required')}
      </Text>
    </Stack>
  );
}

/** The error of a chat URL template and how to fix it. */
function templateError(template: string | undefined): string | undefined {
  const problem = templateProblem(template);
  const options = { fields: PLACEHOLDERS.join(' '), interpolation: { escapeValue: false } };
  switch (problem?.kind) {
    case 'placeholder':
      return t('configEditor.chatUrl.unknownPlaceholder', 'Unknown placeholder {{word}}. Use one of {{fields}}', {
        ...options,
        word: problem.word,
      });
    case 'address':
      return t(
        'configEditor.chatUrl.noAddress',
        'Enter a URL that starts with https:// or http://. Placeholders: {{fields}}',
        options
      );
    default:
      return undefined;
  }
}

interface SettingProps {
  label: string;
  description?: ReactNode;
  required?: boolean;
}

type TextSettingProps = SettingProps & {
  value?: string;
  onChange: (value: string) => void;
  /** Why the value is not valid. */
  error?: string;
} & Pick<ComponentProps<typeof Input>, 'placeholder' | 'width' | 'autoComplete'>;

function TextSetting({ label, description, required, value, onChange, error, width = WIDTH, ...input }: TextSettingProps) {
  const id = useId();
  return (
    <Field label={label} description={description} required={required} invalid={Boolean(error)} error={error}>
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
  error?: string;
} & Pick<ComponentProps<typeof Input>, 'placeholder' | 'width'>;

function NumberSetting({ label, description, value, onChange, error, width = 20, ...input }: NumberSettingProps) {
  const id = useId();
  return (
    <Field label={label} description={description} invalid={Boolean(error)} error={error}>
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
  value: string | null;
  onChange: (value: string | undefined) => void;
  placeholder?: string;
  createCustomValue?: boolean;
  isClearable?: boolean;
};

function ChoiceSetting({ label, description, value, onChange, isClearable, ...choice }: ChoiceSettingProps) {
  const id = useId();
  const field = { id, width: WIDTH, value, ...choice };
  const choose = useOnce(value ?? undefined, onChange);
  return (
    <Field label={label} description={description}>
      {isClearable ? (
        <Combobox {...field} isClearable onChange={(option) => choose(option?.value)} />
      ) : (
        <Combobox {...field} onChange={(option) => choose(option.value)} />
      )}
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
