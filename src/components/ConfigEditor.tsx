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
import { uniq } from 'lodash';
import { type ComponentProps, type ReactNode, useId } from 'react';

import { isBadHost, PLACEHOLDERS, templateProblem } from '../address';
import { type ParleyOptions, type ParleySecrets } from '../types';
import { useOnce } from './fields';
import { kinds } from './kinds';

type Props = DataSourcePluginOptionsEditorProps<ParleyOptions, ParleySecrets>;

const DOCUMENTATION = 'https://github.com/parley-reports/parley/blob/main/docs';

/** What empty fields show: the defaults of the backend, or what a value looks like. */
const EXAMPLES = {
  host: 'db.example.com',
  port: '5432',
  timezone: 'UTC',
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
  const allKinds = kinds();
  const kind = allKinds.find(({ id }) => id === jsonData.kind) ?? allKinds[0];

  return (
    // What a file provisions can only be read here.
    <fieldset disabled={options.readOnly}>
      <Introduction />
      <Divider />
      <ConfigSection
        title={t('configEditor.database.title', 'Message database')}
        description={t(
          'configEditor.database.description',
          'A PostgreSQL database, or a replica of it. Nothing is installed or written there.'
        )}
      >
        <ChoiceSetting
          label={t('configEditor.kind.label', 'Kind of database')}
          description={t('configEditor.kind.description', 'What wrote the messages, and so how the tables are laid out')}
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
                ? t('configEditor.host.bad', 'Write the host without port or scheme, such as db.example.com')
                : undefined
            }
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
              'A login that can only read is enough, and all that Parley needs.'
            )}{' '}
            <TextLink href={`${DOCUMENTATION}/${kind.login}`} external inline variant="bodySmall">
              {t('configEditor.authentication.login', 'How to make one')}
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
          options={[
            { value: 'disable', label: t('configEditor.tlsMode.disable', 'Disabled') },
            {
              value: 'prefer',
              label: t('configEditor.tlsMode.prefer', 'Where the server can'),
              description: t('configEditor.tlsMode.preferDescription', 'Encrypts if it can, and trusts any server'),
            },
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
        {tlsMode.startsWith('verify') && (
          <PemSetting
            label={t('configEditor.tlsCACert.label', 'Root certificate')}
            description={t(
              'configEditor.tlsCACert.description',
              "As PEM text. Without one, the system's authorities serve"
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
            "Where days, weeks and months begin when a query brings no zone of its own, as in alert rules. Dashboards bring theirs."
          )}
          placeholder={EXAMPLES.timezone}
          options={timeZones}
          createCustomValue
          isClearable
          value={jsonData.timezone || null}
          onChange={(timezone) => set({ timezone })}
        />
        <TextSetting
          label={t('configEditor.chatUrl.label', 'Link to a chat')}
          description={t(
            'configEditor.chatUrl.description',
            'Opens a conversation from the rows of details, where the database holds no address of its own. These stand for the ids: {{fields}}',
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
        title={t('configEditor.limits.title', 'Limits and connection')}
        description={t('configEditor.limits.description', 'How much Parley may ask of the database')}
        isCollapsible
        // What can only be read could not be opened.
        isInitiallyOpen={Boolean(
          options.readOnly ||
          jsonData.rowLimit ||
          jsonData.timeoutSeconds ||
          jsonData.maxConnections ||
          jsonData.execMode ||
          jsonData.enableSecureSocksProxy ||
          secureJsonFields?.tlsClientCert ||
          secureJsonFields?.tlsClientKey
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
        {tlsMode !== 'disable' && (
          <ConfigSubSection
            title={t('configEditor.tlsClient.title', 'Certificate of the client')}
            description={t('configEditor.tlsClient.description', 'As PEM text, where the server asks for one')}
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

/** What to do here. The one of plugin-ui speaks English only. */
function Introduction() {
  return (
    <Stack direction="column" gap={1}>
      <Text color="secondary" element="p">
        {t('configEditor.introduction', 'Tell Parley where your messages are; a file of the provisioning can do the same.')}{' '}
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

/** What is wrong with a chat URL template, and what may stand in it. */
function templateError(template: string | undefined): string | undefined {
  const problem = templateProblem(template);
  const options = { fields: PLACEHOLDERS.join(' '), interpolation: { escapeValue: false } };
  switch (problem?.kind) {
    case 'placeholder':
      return t('configEditor.chatUrl.unknownPlaceholder', 'Unknown placeholder {{word}}. Use {{fields}}', {
        ...options,
        word: problem.word,
      });
    case 'address':
      return t(
        'configEditor.chatUrl.noAddress',
        'Write an address that begins with https:// or http://. Use {{fields}} for the ids',
        options
      );
    default:
      return undefined;
  }
}

/** The zones that the browser knows. The backend reads others too, so one's own may be typed. */
const timeZones = uniq(['UTC', ...Intl.supportedValuesOf('timeZone')]).map((value) => ({ value }));

interface SettingProps {
  label: string;
  description?: ReactNode;
  required?: boolean;
}

type TextSettingProps = SettingProps & {
  value?: string;
  onChange: (value: string) => void;
  /** What is wrong with the value. */
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
