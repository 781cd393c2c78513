import { type AdHocVariableFilter, type ScopedVars } from '@grafana/data';
import { t } from '@grafana/i18n';
import { type TemplateSrv } from '@grafana/runtime';
import { escapeRegExp, isEqual, uniq } from 'lodash';

import { type Catalog, type Dimension, type Filter, NONE, type ParleyQuery } from './types';

/** Grafana's own word for the choice of everything. */
const ALL = '$__all';

/** One whole variable: $name, ${name}, ${name.field}, [[name]], each perhaps with a format. */
const VARIABLE = /^(?:\$(\w+)|\$\{(\w+)(?:\.[^:}]+)?(?::[^}]+)?\}|\[\[(\w+)(?::\w+)?\]\])$/;

const REGEX_OPERATORS = ['matches', 'notMatches'];

/** Variables whose text a person writes: inside a regular expression it is one itself. */
const WRITTEN_VARIABLES = ['textbox', 'constant'];

/** Replaces the dashboard's variables in queries and filters by their values. */
export class Interpolator {
  constructor(
    private readonly templates: TemplateSrv,
    private readonly scopedVars: ScopedVars
  ) {}

  /** The query with its variables replaced. What the query leaves out stays out. */
  query(query: ParleyQuery): ParleyQuery {
    const result = { ...query };
    for (const key of ['report', 'bucket', 'compare', 'timezone', 'language', 'format'] as const) {
      const word = query[key];
      if (word) {
        result[key] = this.text(word);
      }
    }
    for (const key of ['metrics', 'groupBy', 'columns'] as const) {
      const list = query[key];
      if (list) {
        result[key] = uniq(list.flatMap((item) => this.values(item)));
      }
    }
    if (query.orderBy) {
      result.orderBy = query.orderBy.map((order) => ({ ...order, by: this.text(order.by) }));
    }
    if (query.filters) {
      result.filters = this.filters(query.filters);
    }
    return result;
  }

  /**
   * The filters with their variables replaced. A filter with a variable that
   * stands for everything, or for nothing, goes: it would not choose anything.
   */
  filters(filters: Filter[]): Filter[] {
    const result: Filter[] = [];
    for (const filter of filters) {
      if (filter.values.some((value) => this.isAll(value))) {
        continue;
      }
      const regex = REGEX_OPERATORS.includes(filter.operator);
      const values = uniq(filter.values.flatMap((value) => this.values(value, regex)));
      if (values.length > 0 || filter.values.length === 0) {
        result.push({ ...filter, dimension: this.text(filter.dimension), values });
      }
    }
    return result;
  }

  text(text: string): string {
    return this.templates.replace(text, this.scopedVars);
  }

  /**
   * What one entry of a list becomes: a text that is one whole variable becomes
   * the values of that variable, any other text stays one entry. Inside regular
   * expressions, what people choose from a list is taken literally.
   */
  private values(text: string, regex = false): string[] {
    if (!VARIABLE.test(text)) {
      return [this.templates.replace(text, this.scopedVars, regex ? 'regex' : 'raw')];
    }
    let chosen: string[] | undefined;
    const replaced = this.templates.replace(
      text,
      this.scopedVars,
      (value: string | string[], variable?: { type?: string }) => {
        const literal = regex && !WRITTEN_VARIABLES.includes(variable?.type ?? '');
        chosen = [value].flat().map((item) => (literal ? `^${escapeRegExp(String(item))}$` : String(item)));
        if (variable?.type === 'textbox' && !regex) {
          // What is pasted often brings blanks along.
          chosen = chosen.map((item) => item.trim());
        }
        return '';
      }
    );
    // A variable with a format of its own, or one that nobody knows, never meets the formatter.
    return (chosen ?? [replaced]).filter((value) => value !== '');
  }

  /**
   * Tells whether the text is a variable on "All". The values alone don't tell:
   * the template service replaces "All" by every single option, or by the text
   * that the dashboard's author wrote for it. The link to a dashboard does.
   */
  private isAll(text: string): boolean {
    if (text === ALL) {
      return true;
    }
    const name = VARIABLE.exec(text)?.slice(1).find(Boolean);
    if (!name) {
      return false;
    }
    const link = this.templates.replace(`\${${name}:queryparam}`, this.scopedVars);
    return new URLSearchParams(link).getAll(`var-${name}`).includes(ALL);
  }
}

const AD_HOC_OPERATORS: Record<string, string> = {
  '=': 'in',
  '=|': 'in',
  '!=': 'notIn',
  '!=|': 'notIn',
  '=~': 'matches',
  '!~': 'notMatches',
};

/**
 * A filter of an ad hoc variable in the query's words. Filters that come from a
 * cell of a table hold a column's name and the text that it shows; the
 * catalogue, where it is known, turns both back into ids.
 */
export function adHocFilter(filter: AdHocVariableFilter, catalog?: Catalog): Filter {
  const operator = AD_HOC_OPERATORS[filter.operator];
  if (!operator) {
    throw new Error(
      t('adHoc.unknownOperator', 'Parley does not support the operator {{operator}}. Use one of {{known}}', {
        operator: filter.operator,
        known: Object.keys(AD_HOC_OPERATORS).join(' '),
        interpolation: { escapeValue: false },
      })
    );
  }
  const texts = filter.operator.endsWith('|') && filter.values?.length ? filter.values : [filter.value];
  const byId = catalog?.dimensions.find((d) => d.id === filter.key);
  const dimension = byId ?? catalog?.dimensions.find((d) => isColumnOf(filter.key, d));
  if (!dimension) {
    return { dimension: filter.key, operator, values: texts };
  }
  const isList = operator === 'in' || operator === 'notIn';
  const values = isList ? texts.map((text) => (text === dimension.none ? NONE : text)) : texts;
  if (isList && !byId && dimension.kind === 'entity' && !isEqual(values, [NONE])) {
    // Only the name is known here; a pattern is compared with names as well as ids.
    return {
      dimension: dimension.id,
      operator: operator === 'in' ? 'matches' : 'notMatches',
      values: values.map((value) => `^${escapeRegExp(value)}$`),
    };
  }
  return {
    dimension: dimension.id,
    operator,
    values: isList ? values.map((value) => valueOfText(dimension, value)) : values,
  };
}

/** Tells whether a column, by its name or its title, shows the names of the dimension. */
function isColumnOf(column: string, dimension: Dimension): boolean {
  return column === `${dimension.id}_name` || column.toLowerCase() === dimension.title.toLowerCase();
}

function valueOfText(dimension: Dimension, text: string): string {
  const known = dimension.values ?? [];
  return known.some((v) => v.value === text) ? text : (known.find((v) => v.text === text)?.value ?? text);
}
