import { type DataSourceSettings } from '@grafana/data';
import { config } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { readFileSync } from 'fs';
import { useState } from 'react';

import { type ParleyOptions, type ParleySecrets } from '../types';
import { ConfigEditor } from './ConfigEditor';

type Settings = DataSourceSettings<ParleyOptions, ParleySecrets>;

const user = userEvent.setup();

/** The editor over settings that it changes, as Grafana holds them. */
function edit(jsonData: ParleyOptions = {}, rest: Partial<Settings> = {}) {
  const state = { settings: { jsonData, secureJsonFields: {}, ...rest } as Settings };
  function Holder() {
    const [settings, setSettings] = useState(state.settings);
    return (
      <ConfigEditor options={settings} onOptionsChange={(next) => setSettings((state.settings = next))} />
    );
  }
  render(<Holder />);
  return state;
}

async function choose(name: RegExp, option: string) {
  await user.click(screen.getByRole('combobox', { name }));
  await user.click(await screen.findByRole('option', { name: new RegExp(`^${option}`) }));
}

describe('the settings', () => {
  it('hold what is typed', async () => {
    const state = edit();
    await user.type(screen.getByLabelText(/^Host/), 'db');
    await user.type(screen.getByLabelText(/^Port/), '6432');
    await user.type(screen.getByRole('textbox', { name: /^Database/ }), 'chat');
    await user.type(screen.getByLabelText(/^User/), 'reader');
    await user.type(screen.getByLabelText(/^Schema/), 'reports');
    await user.type(screen.getByRole('combobox', { name: /^Time zone/ }), 'Lima');
    await user.click(await screen.findByRole('option', { name: 'America/Lima' }));
    expect(state.settings.jsonData).toEqual({
      host: 'db',
      port: 6432,
      database: 'chat',
      user: 'reader',
      schema: 'reports',
      timezone: 'America/Lima',
    });
  });

  it('ask for what the kind of database needs', async () => {
    const state = edit();
    await choose(/^Database type/, 'Chatwoot');
    await user.type(screen.getByLabelText(/^Account/), '3');
    expect(state.settings.jsonData).toEqual({ kind: 'chatwoot', account: '3' });
    expect(screen.getByLabelText(/^Schema/)).toHaveAttribute('placeholder', 'public');
  });

  it('name the table of webhooks and its columns', async () => {
    const state = edit();
    await choose(/^Database type/, 'WhatsApp webhooks');
    expect(screen.getByLabelText(/^Table/)).toHaveAttribute('placeholder', 'whatsapp_webhook');
    await user.type(screen.getByLabelText(/^Table/), 'inbox');
    await user.type(screen.getByLabelText(/^Received-at column/), 'at');
    await user.type(screen.getByLabelText(/^Payload column/), 'body');
    expect(state.settings.jsonData).toEqual({ kind: 'webhook', table: 'inbox', receivedAtColumn: 'at', payloadColumn: 'body' });
  });

  it.each([
    ['Parley views', 'configuration.md#database-user', '{conversation_id}'],
    ['Chatwoot', 'chatwoot.md#database-user', '{display_id}'],
    ['Evolution API', 'evolution.md#database-user', '{contact_id}'],
    ['Ticketz', 'ticketz.md#database-user', '{url}'],
    ['WhatsApp webhooks', 'webhook.md#database-user', '{contact_id}'],
  ])('tell of %s how to make a login and a link', async (kind, page, field) => {
    edit({ kind: 'chatwoot' });
    await choose(/^Database type/, kind);
    const login = screen.getByRole('link', { name: /How to create one/ });
    const [path, anchor] = login.getAttribute('href')!.split('/docs/')[1].split('#');
    expect(`${path}#${anchor}`).toBe(page);
    expect(readFileSync(`docs/${path}`, 'utf8').toLowerCase()).toContain(`\n## ${anchor.replace('-', ' ')}\n`);
    const link = screen.getByLabelText(/^Chat URL template/);
    expect(link).toHaveAttribute('placeholder', expect.stringContaining(field));
    for (const used of link.getAttribute('placeholder')!.match(/{\w+}/g)!) {
      expect(screen.getByText(/Placeholders:/)).toHaveTextContent(used);
    }
  });

  it('lead to their documentation', () => {
    edit();
    expect(screen.getByRole('link', { name: /Read the documentation/ })).toHaveAttribute(
      'href',
      expect.stringMatching(/\/docs\/configuration\.md$/)
    );
  });

  it('hold a time zone that the browser does not know, or none', async () => {
    const state = edit();
    const zone = screen.getByRole('combobox', { name: /^Time zone/ });
    await user.type(zone, 'Brazil/Newest');
    await user.click(await screen.findByRole('option', { name: /Brazil\/Newest/ }));
    expect(state.settings.jsonData.timezone).toBe('Brazil/Newest');
    await user.click(screen.getByTitle('Clear value'));
    expect(state.settings.jsonData.timezone).toBeUndefined();
  });

  it('that a file provisions can only be read', () => {
    edit({ host: 'db' }, { readOnly: true, secureJsonFields: { password: true } });
    for (const control of [...screen.getAllByRole('textbox'), ...screen.getAllByRole('combobox')]) {
      expect(control).toBeDisabled();
    }
    expect(screen.getByRole('button', { name: /reset/i })).toBeDisabled();
    expect(screen.getByLabelText(/^Query timeout/)).toBeInTheDocument();
  });

  it('say at once what is wrong with the host and the link', () => {
    edit({ host: '127.0.0.1:5432', chatUrl: 'javascript:alert({contact_id})' });
    expect(screen.getByText(/^Enter the host without scheme or port/)).toBeInTheDocument();
    expect(screen.getByText(/^Enter a URL that starts with https:\/\/ or http:\/\/\. Placeholders: {account_id} {conversation_id}/)).toBeInTheDocument();
  });

  it('say at once what is wrong with the port', () => {
    edit({ port: 70000 });
    expect(screen.getByText('Enter a number from 1 to 65535')).toBeInTheDocument();
  });

  it('name an unknown placeholder of the link', () => {
    edit({ chatUrl: 'https://chat.example/{foo}' });
    expect(screen.getByText(/^Unknown placeholder {foo}\. Use one of {account_id} {conversation_id}/)).toBeInTheDocument();
  });

  it('say nothing of what is right', () => {
    edit({ host: 'db.example.com', chatUrl: 'https://chat.example/{display_id}' });
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('hold no number where the field is emptied', async () => {
    const state = edit({ port: 5432 });
    await user.clear(screen.getByLabelText(/^Port/));
    expect(state.settings.jsonData.port).toBeUndefined();
  });

  it('keep secrets apart', async () => {
    const state = edit();
    await user.type(screen.getByLabelText('Password'), 'secret');
    expect(state.settings.secureJsonData).toEqual({ password: 'secret' });
    expect(state.settings.jsonData).toEqual({});
  });

  it('do not show a stored secret, but can replace it', async () => {
    const state = edit({}, { secureJsonFields: { password: true } });
    expect(screen.getByLabelText('Password')).toHaveValue('configured');
    await user.click(screen.getByRole('button', { name: /reset/i }));
    expect(state.settings.secureJsonFields).toEqual({ password: false });
    expect(state.settings.secureJsonData).toEqual({ password: '' });
  });

  it('ask for a root certificate where the server is verified', async () => {
    const state = edit();
    for (const mode of ['disable', 'prefer', 'require']) {
      await choose(/^TLS mode/, mode);
      expect(screen.queryByLabelText(/certificate/)).not.toBeInTheDocument();
    }
    await choose(/^TLS mode/, 'verify-full');
    expect(state.settings.jsonData).toEqual({ tlsMode: 'verify-full' });
    await user.type(screen.getByLabelText(/^CA certificate/), 'PEM');
    expect(state.settings.secureJsonData).toEqual({ tlsCACert: 'PEM' });
  });

  it("take the client's certificate among what is rarely needed", async () => {
    const state = edit();
    await user.click(screen.getByRole('button', { name: /Expand section Limits/ }));
    await user.type(screen.getByLabelText(/^Client certificate/), 'PEM');
    await user.type(screen.getByLabelText(/^Client key/), 'KEY');
    expect(state.settings.secureJsonData).toEqual({ tlsClientCert: 'PEM', tlsClientKey: 'KEY' });
    await choose(/^TLS mode/, 'disable');
    expect(screen.queryByLabelText(/^Client/)).not.toBeInTheDocument();
  });

  it("show the client's certificate where there is one", () => {
    edit({}, { secureJsonFields: { tlsClientCert: true } });
    expect(screen.getByLabelText(/^Client certificate/)).toBeInTheDocument();
  });

  it('bound what is asked of the database', async () => {
    const state = edit();
    await user.click(screen.getByRole('button', { name: /Expand section Limits/ }));
    await user.type(screen.getByLabelText(/^Query timeout/), '5');
    await choose(/^Prepared statements/, 'Disabled .PgBouncer');
    expect(state.settings.jsonData).toEqual({ timeoutSeconds: 5, execMode: 'exec' });
  });

  it('offer the proxy only where Grafana has one', async () => {
    const { unmount } = render(<ConfigEditor options={{ jsonData: { rowLimit: 5 } } as Settings} onOptionsChange={jest.fn()} />);
    expect(screen.queryByLabelText(/Secure Socks/)).not.toBeInTheDocument();
    unmount();
    config.secureSocksDSProxyEnabled = true;
    const state = edit({ rowLimit: 5, enableSecureSocksProxy: false });
    await user.click(screen.getByLabelText(/Secure Socks/));
    expect(state.settings.jsonData.enableSecureSocksProxy).toBe(true);
    config.secureSocksDSProxyEnabled = false;
  });
});
