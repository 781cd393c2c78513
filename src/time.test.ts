import { ianaZone } from './time';

describe('the time zone', () => {
  const browserIn = (timeZone: string | undefined) => {
    const own = Intl.DateTimeFormat().resolvedOptions();
    jest.spyOn(Intl.DateTimeFormat.prototype, 'resolvedOptions').mockReturnValue({ ...own, timeZone: timeZone as string });
  };
  afterEach(() => jest.restoreAllMocks());

  it.each(['America/Buenos_Aires', 'Asia/Calcutta', 'Europe/Kiev', 'UTC', 'Etc/GMT+3'])('of a browser in %s is named so', (zone) => {
    browserIn(zone);
    expect(ianaZone('browser')).toBe(zone);
  });

  it.each(['Etc/Unknown', undefined, 'undefined', '', 'Foo/Bar'])('of a browser in %s is left to the data source', (zone) => {
    browserIn(zone);
    expect(ianaZone('browser')).toBeUndefined();
  });

  it('that somebody chose is kept, also one that this browser does not know', () => {
    expect(ianaZone('utc')).toBe('UTC');
    expect(ianaZone('Europe/Kyiv')).toBe('Europe/Kyiv');
    expect(ianaZone('America/Newest')).toBe('America/Newest');
  });
});
