import { hasFilter, toggleFilter } from './filters';

const is = (...values: string[]) => ({ dimension: 'line', operator: 'in', values });
const isNot = (...values: string[]) => ({ dimension: 'line', operator: 'notIn', values });
const other = { dimension: 'channel', operator: 'in', values: ['sms'] };

describe('a toggled filter', () => {
  it('is added once, and taken away again', () => {
    expect(toggleFilter([other], is('7'))).toEqual([other, is('7')]);
    expect(toggleFilter([other, is('7')], is('7'))).toEqual([other]);
  });

  it('joins the values of its kind, and leaves the others alone', () => {
    expect(toggleFilter([is('7')], is('8'))).toEqual([is('7', '8')]);
    expect(toggleFilter([is('7', '8')], is('7'))).toEqual([is('8')]);
    expect(toggleFilter([isNot('7')], isNot('8'))).toEqual([isNot('7', '8')]);
  });

  it('takes the place of its opposite', () => {
    expect(toggleFilter([is('7', '8')], isNot('7'))).toEqual([is('8'), isNot('7')]);
    expect(toggleFilter([isNot('7')], is('7'))).toEqual([is('7')]);
    const matches = { dimension: 'line', operator: 'matches', values: ['^A$'] };
    const notMatches = { ...matches, operator: 'notMatches' };
    expect(toggleFilter([matches], notMatches)).toEqual([notMatches]);
  });

  it('does not change what it was given', () => {
    const filters = [is('7')];
    toggleFilter(filters, is('8'));
    toggleFilter(filters, isNot('7'));
    expect(filters).toEqual([is('7')]);
  });

  it('is found by its values', () => {
    expect(hasFilter([is('7', '8')], is('8'))).toBe(true);
    expect(hasFilter([is('7')], is('8'))).toBe(false);
    expect(hasFilter([isNot('8')], is('8'))).toBe(false);
    expect(hasFilter([other], is('sms'))).toBe(false);
  });
});
