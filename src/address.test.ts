import { isBadHost, templateProblem } from './address';

describe('a chat URL template', () => {
  it.each([
    undefined,
    '',
    'https://chat.example/app/accounts/{account_id}/conversations/{display_id}',
    'http://localhost:3000/{url}',
    'HTTPS://{account_id}.chat.example/{contact_id}?line={line_id}',
  ])('may be %s', (template) => {
    expect(templateProblem(template)).toBeUndefined();
  });

  it.each([
    'javascript:alert({contact_id})',
    'JavaScript://%0aalert(1)',
    'data:text/html,{url}',
    '//chat.example/{url}',
    '/chat/{display_id}',
    'chat.example/{display_id}',
    'not a url',
    'https://',
    'https:///{display_id}',
    '{url}',
  ])('may not be %s', (template) => {
    expect(templateProblem(template)).toEqual({ kind: 'address' });
  });

  it.each([
    ['https://chat.example/{foo}', '{foo}'],
    ['https://chat.example/{}', '{}'],
    ['https://chat.example/{{display_id}}', '{'],
    ['https://chat.example/{display_id', '{'],
  ])('has only known placeholders: %s', (template, word) => {
    expect(templateProblem(template)).toEqual({ kind: 'placeholder', word });
  });
});

describe('a host', () => {
  it.each([undefined, '', 'db', 'db.example.com', '127.0.0.1', '::1', '[::1]', 'fe80::1', '/var/run/postgresql'])('may be %s', (host) => {
    expect(isBadHost(host)).toBe(false);
  });

  it.each(['127.0.0.1:5432', 'db:5432', '[::1]:5432', 'http://db', 'postgres://u@db/chat', 'db/chat', 'u@db', 'a b'])('may not be %s', (host) => {
    expect(isBadHost(host)).toBe(true);
  });
});
