import { type ScopedVars, type TypedVariableModel } from '@grafana/data';
import { type TemplateSrv } from '@grafana/runtime';

interface Variable {
  type: string;
  value: string | string[];
  /** What "All" stands for, where the dashboard's author wrote it. */
  allValue?: string;
  options?: string[];
  /** What a query variable asks for. */
  query?: object;
}

const REFERENCE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\${(\w+)(?:\.([^:^}]+))?(?::([^}]+))?}/g;

/** A template service that replaces variables as Grafana's dashboards do. */
export function templates(variables: Record<string, Variable>): TemplateSrv {
  const replace = (text = '', scopedVars?: ScopedVars, format?: string | Function): string =>
    text.replace(REFERENCE, (match, short, square, squareFormat, curly, _field, curlyFormat) => {
      const name = short ?? square ?? curly;
      const asked = squareFormat ?? curlyFormat ?? format;
      const scoped = scopedVars?.[name];
      const variable: Variable | undefined = scoped ? { type: 'scopedvar', value: scoped.value } : variables[name];
      if (!variable) {
        return match;
      }
      const chosen = [variable.value].flat();
      if (asked === 'queryparam') {
        return chosen.map((value) => `var-${name}=${encodeURIComponent(value)}`).join('&');
      }
      let value = variable.value;
      if (chosen[0] === '$__all') {
        if (variable.allValue) {
          return variable.allValue;
        }
        value = variable.options ?? [];
      }
      if (typeof asked === 'function') {
        return asked(value, { name, type: variable.type });
      }
      return Array.isArray(value) && asked !== 'raw' ? `{${value.join(',')}}` : String(value);
    });
  return {
    replace,
    containsTemplate: (text?: string) => new RegExp(REFERENCE).test(text ?? ''),
    getVariables: () =>
      Object.entries(variables).map(([name, { type, query }]) => ({ name, type, query }) as unknown as TypedVariableModel),
    updateTimeRange: () => undefined,
  };
}
