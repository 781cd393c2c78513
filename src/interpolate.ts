import { type AdHocVariableFilter, type ScopedVars } from '@grafana/data';
import { t } from '@grafana/i18n';
import { type TemplateSrv } from '@grafana/runtime';
import { escapeRegExp, isEqual, uniq } from 'lodash';

import { type Catalog, type Dimension, type Filter, NONE, type ParleyQuery } from './types';

/** Grafana's value of "All". */
const ALL = '$__all';

/** A text that is only a variable: $name, ${name}, ${name.field} or [[name]], with or without a format. */
const VARIABLE = /^(?:\$(\w+)|\$\{(\w+)(?:\.[^:}]+)?(?::[^}]+)?\}|\[\[(\w+)(?::\w+)?\]\])$/;

const REGEX_OPERATORS = ['matches', 'notMatches'];

/** Types of variables with free text. In a regular expression, the text is not escaped. */
const WRITTEN_VARIABLES = ['textbox', 'constant'];

/** Replaces dashboard variables in queries and filters. */
export class Interpolator {
  constructor(
    private readonly templates: TemplateSrv,
    private readonly scopedVars: ScopedVars
  ) {}

  /** Returns the query with its variables replaced. Missing keys stay missing. */
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
   * Returns the filters with their variables replaced. Filters with a variable on "All" or
   * without a value are removed.
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
   * Replaces the variables in one entry of a list. A text that is only a variable becomes
   * all its values; any other text stays one entry. In regular expressions, values that
   * were selected from a list are escaped.
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
          // Pasted text often has spaces around it.
          chosen = chosen.map((item) => item.trim());
        }
        return '';
      }
    );
    // Variables with their own format and unknown variables are not passed to the formatter.
    return (chosen ?? [replaced]).filter((value) => value !== '');
  }

  /**
   * Whether the text is a variable on "All". The values do not show it, since the template
   * service replaces "All" by all options or by a custom value. The URL parameter does.
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

/** Whether Parley has the operator of an ad hoc filter. Grafana also offers others, such as <. */
export function isSupported({ operator }: AdHocVariableFilter): boolean {
  return operator in AD_HOC_OPERATORS;
}

/**
 * Converts a filter of an ad hoc variable. A filter from a table cell contains the name
 * of the column and the displayed text. The catalogue, if loaded, converts both to ids.
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
    // Only the name is available here. A pattern matches names as well as ids.
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

/** Whether a column, by its name or title, shows the names of the dimension. */
function isColumnOf(column: string, dimension: Dimension): boolean {
  return column === `${dimension.id}_name` || column.toLowerCase() === dimension.title.toLowerCase();
}

function valueOfText(dimension: Dimension, text: string): string {
  const known = dimension.values ?? [];
  return known.some((v) => v.value === text) ? text : (known.find((v) => v.text === text)?.value ?? text);
}
