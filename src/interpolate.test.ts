import { adHocFilter, Interpolator } from './interpolate';
import { catalog } from './test/catalog';
import { templates } from './test/templates';
import { type Filter } from './types';

const variables = templates({
  line: { type: 'query', value: ['7', '9'] },
  team: { type: 'query', value: ['$__all'], options: ['1', '2', '3'] },
  agent: { type: 'query', value: '$__all', allValue: '.*' },
  campaign: { type: 'query', value: [] },
  phone: { type: 'textbox', value: '' },
  session: { type: 'textbox', value: ' wamid.7 ' },
  blank: { type: 'textbox', value: '  ' },
  pattern: { type: 'textbox', value: '^\\+54' },
  plus: { type: 'custom', value: '+54' },
  bucket: { type: 'custom', value: 'week' },
  cuts: { type: 'custom', value: ['line', 'channel'] },
});

function filters(...values: Filter[]): Filter[] {
  return new Interpolator(variables, {}).filters(values);
}

const filter = (values: string[], operator = 'in'): Filter => ({ dimension: 'line', operator, values });

describe('a filter with variables', () => {
  it.each(['$line', '${line}', '[[line]]'])('takes every value of %s', (name) => {
    expect(filters(filter([name]))).toEqual([filter(['7', '9'])]);
  });

  it('keeps its other values, each once', () => {
    expect(filters(filter(['1', '9', '$line', '(none)']))).toEqual([filter(['1', '9', '7', '(none)'])]);
  });

  it.each(['$team', '${team}', '[[team]]', '${team:csv}', '$agent', '$__all'])('goes where %s is All', (name) => {
    expect(filters(filter([name]), filter(['7'], 'notIn'))).toEqual([filter(['7'], 'notIn')]);
  });

  it('goes where the variable holds nothing', () => {
    expect(filters(filter(['$campaign']), filter(['$phone'], 'contains'))).toEqual([]);
  });

  it('takes what is pasted without the blanks around it', () => {
    expect(filters(filter(['$session']), filter(['$blank'], 'contains'))).toEqual([filter(['wamid.7'])]);
  });

  it('takes the value of a repeated panel', () => {
    const scoped = { team: { value: '2', text: 'Sales' } };
    expect(new Interpolator(variables, scoped).filters([filter(['$team'])])).toEqual([filter(['2'])]);
  });

  it('leaves what nobody knows for the backend to refuse', () => {
    expect(filters(filter(['$nobody']))).toEqual([filter(['$nobody'])]);
  });

  it('takes choices literally and typed text as an expression', () => {
    expect(filters(filter(['$plus'], 'matches'))).toEqual([filter(['^\\+54$'], 'matches')]);
    expect(filters(filter(['$pattern'], 'matches'))).toEqual([filter(['^\\+54'], 'matches')]);
    expect(filters(filter(['$plus'], 'contains'))).toEqual([filter(['+54'], 'contains')]);
  });

  it('replaces a variable inside a text', () => {
    expect(filters(filter(['00$plus'], 'contains'))).toEqual([filter(['00+54'], 'contains')]);
  });
});

describe('a query with variables', () => {
  it('replaces them everywhere and leaves out what was left out', () => {
    const query = new Interpolator(variables, {}).query({
      refId: 'A',
      metrics: ['messages_sent'],
      groupBy: ['$cuts', 'phone'],
      bucket: '$bucket',
    });
    expect(query).toEqual({
      refId: 'A',
      metrics: ['messages_sent'],
      groupBy: ['line', 'channel', 'phone'],
      bucket: 'week',
    });
  });

  it('keeps an empty list, which is not a missing one', () => {
    expect(new Interpolator(variables, {}).query({ refId: 'A', report: 'channels', groupBy: [] })).toEqual({
      refId: 'A',
      report: 'channels',
      groupBy: [],
    });
  });
});

describe('an ad hoc filter', () => {
  const adHoc = (key: string, operator: string, value: string, values?: string[]) =>
    adHocFilter({ key, operator, value, values }, catalog);

  it.each([
    ['=', 'in'],
    ['!=', 'notIn'],
    ['=~', 'matches'],
    ['!~', 'notMatches'],
  ])('with %s becomes %s', (operator, expected) => {
    expect(adHoc('line', operator, '7')).toEqual({ dimension: 'line', operator: expected, values: ['7'] });
  });

  it.each([
    ['=|', 'in'],
    ['!=|', 'notIn'],
  ])('with %s takes all its values', (operator, expected) => {
    expect(adHoc('line', operator, '7', ['7', '9'])).toEqual({
      dimension: 'line',
      operator: expected,
      values: ['7', '9'],
    });
  });

  it.each(['<', '<=', '>', '>='])('with %s is refused', (operator) => {
    expect(() => adHoc('rating', operator, '3')).toThrow(/does not support the operator [<>]=?\. Use one of = =\| != /);
  });

  it('turns the name in a cell into a pattern, for only the name is known', () => {
    const expected = { dimension: 'line', operator: 'matches', values: ['^Sales \\(north\\)$'] };
    expect(adHoc('line_name', '=', 'Sales (north)')).toEqual(expected);
    expect(adHoc('Line', '=', 'Sales (north)')).toEqual(expected);
    expect(adHoc('Line', '!=', 'Sales')).toEqual({ dimension: 'line', operator: 'notMatches', values: ['^Sales$'] });
    expect(adHoc('line_name', '=', '(none)')).toEqual({ dimension: 'line', operator: 'in', values: ['(none)'] });
  });

  it('turns the text of a missing value into "(none)"', () => {
    expect(adHoc('line_name', '=', '(no line)')).toEqual({ dimension: 'line', operator: 'in', values: ['(none)'] });
    expect(adHoc('line', '!=', '(no line)')).toEqual({ dimension: 'line', operator: 'notIn', values: ['(none)'] });
  });

  it('turns the text of a fixed value into that value', () => {
    expect(adHoc('channel', '=', 'WhatsApp')).toEqual({ dimension: 'channel', operator: 'in', values: ['whatsapp'] });
    expect(adHoc('Channel', '=', 'whatsapp')).toEqual({ dimension: 'channel', operator: 'in', values: ['whatsapp'] });
    expect(adHoc('channel', '=~', 'WhatsApp')).toEqual({
      dimension: 'channel',
      operator: 'matches',
      values: ['WhatsApp'],
    });
  });

  it('leaves an unknown column to the backend, which names the nearest', () => {
    expect(adHoc('lien', '=', '7')).toEqual({ dimension: 'lien', operator: 'in', values: ['7'] });
    expect(adHocFilter({ key: 'line_name', operator: '=', value: 'Sales' })).toEqual({
      dimension: 'line_name',
      operator: 'in',
      values: ['Sales'],
    });
  });
});
