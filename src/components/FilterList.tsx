import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { AccessoryButton, InputGroup } from '@grafana/plugin-ui';
import { Button, type ComboboxOption, useStyles2 } from '@grafana/ui';
import { isEqual } from 'lodash';
import { useCallback, useEffect, useState } from 'react';

import { type DataSource } from '../datasource';
import { isVariable } from '../query';
import { type Dimension, type Filter, NONE } from '../types';
import { Choice, MultiChoice } from './fields';
import { described, operatorOptions, withVariables } from './options';

interface Props {
  datasource: DataSource;
  /** The dimensions to filter by. */
  dimensions: Dimension[];
  /** The variables to offer, such as $line. By default all of the dashboard. */
  variables?: string[];
  /** The variables that can replace a dimension. */
  dimensionVariables?: string[];
  filters: Filter[];
  onChange: (filters: Filter[]) => void;
}

/** A list of filters. Incomplete ones are kept here and are not part of the query. */
export function FilterList({ datasource, dimensions, variables, dimensionVariables, filters, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const [rows, setRows] = useState(filters);
  const [known, setKnown] = useState(filters);

  // The query was changed elsewhere: drop the incomplete filters.
  if (!isEqual(known, filters)) {
    setKnown(filters);
    if (!isEqual(rows.filter(isComplete), filters)) {
      setRows(filters);
    }
  }

  const update = (next: Filter[]) => {
    setRows(next);
    const complete = next.filter(isComplete);
    if (!isEqual(complete, filters)) {
      onChange(complete);
    }
  };

  return (
    <div className={styles.list}>
      {rows.map((row, index) => (
        <FilterRow
          // Filters have no id.
          key={index}
          datasource={datasource}
          dimensions={dimensions}
          variables={variables ?? datasource.variableNames()}
          dimensionVariables={dimensionVariables ?? datasource.choiceVariableNames()}
          filter={row}
          onChange={(changed) => update(rows.map((other, i) => (i === index ? changed : other)))}
          onRemove={() => update(rows.filter((_, i) => i !== index))}
        />
      ))}
      <Button
        type="button"
        variant="secondary"
        icon="plus"
        aria-label={t('filters.add', 'Add filter')}
        onClick={() => setRows([...rows, { dimension: '', operator: 'in', values: [] }])}
      />
    </div>
  );
}

function isComplete(filter: Filter): boolean {
  return filter.dimension !== '' && filter.values.length > 0;
}

interface RowProps {
  datasource: DataSource;
  dimensions: Dimension[];
  variables: string[];
  dimensionVariables: string[];
  filter: Filter;
  onChange: (filter: Filter) => void;
  onRemove: () => void;
}

function FilterRow({ datasource, dimensions, variables, dimensionVariables, filter, onChange, onRemove }: RowProps) {
  // If a variable selects the dimension, its current value decides the choices.
  const dimension = dimensions.find((d) => d.id === datasource.interpolateText(filter.dimension, {}));
  const operators = dimension?.operators ?? [filter.operator];

  const styles = useStyles2(getStyles);
  return (
    <div className={styles.row}>
      <InputGroup>
      <Choice
        label={t('filters.dimension', 'Filter by')}
        width={24}
        options={withVariables(described(dimensions), dimensionVariables)}
        placeholder={t('filters.dimensionPlaceholder', 'Select dimension')}
        value={filter.dimension}
        onChange={(value) => {
          const next = dimensions.find((d) => d.id === value);
          const operator = next?.operators.includes(filter.operator) ? filter.operator : (next?.operators[0] ?? 'in');
          onChange({ dimension: value, operator, values: [] });
        }}
      />
      <Choice
        label={t('filters.operator', 'Operator')}
        width={26}
        options={operatorOptions(operators)}
        value={filter.operator}
        onChange={(value) => {
          // A selected id is not a pattern, and a pattern is not an id.
          const keep = isList(value) === isList(filter.operator);
          onChange({ ...filter, operator: value, values: keep ? filter.values : [] });
        }}
      />
      <FilterValues
        datasource={datasource}
        dimension={dimension}
        variables={variables}
        filter={filter}
        onChange={(values) => onChange({ ...filter, values })}
      />
      <AccessoryButton
        type="button"
        variant="secondary"
        icon="times"
        aria-label={t('filters.remove', 'Remove filter')}
        onClick={onRemove}
      />
      </InputGroup>
    </div>
  );
}

function isList(operator: string): boolean {
  return operator === 'in' || operator === 'notIn';
}

interface ValuesProps {
  datasource: DataSource;
  dimension?: Dimension;
  variables: string[];
  filter: Filter;
  onChange: (values: string[]) => void;
}

/** The values of a filter: searched in the database, variables, or typed. */
function FilterValues({ datasource, dimension, variables, filter, onChange }: ValuesProps) {
  const choosesFromList = isList(filter.operator);
  const names = variables.join(' ');
  const fixed = dimension?.values?.length ? dimension.values : undefined;

  const options = useCallback(
    async (search: string): Promise<ComboboxOption[]> => {
      const wanted = search.toLowerCase();
      const offered = names.split(' ').filter(Boolean).map((value): ComboboxOption => ({ value }));
      if (choosesFromList) {
        offered.unshift({ value: NONE });
        const own = fixed?.map(({ value, text }) => ({ value, label: text }));
        if (own) {
          offered.unshift(...own);
        }
      }
      const matching = offered.filter(({ value, label }) => `${value} ${label ?? ''}`.toLowerCase().includes(wanted));
      if (!choosesFromList || fixed || !dimension) {
        return matching;
      }
      const found = await datasource.values({ dimension: dimension.id, search });
      const values = found.map(({ value, text }) => ({ value, label: text }));
      return [...values, ...matching.filter((o) => !values.some((v) => v.value === o.value))];
    },
    [datasource, dimension, fixed, names, choosesFromList]
  );

  const texts = useTexts(datasource, dimension, choosesFromList ? filter.values : []);
  return (
    <MultiChoice
      label={t('filters.values', 'Values')}
      width={36}
      // Loaded options belong to one dimension.
      key={`${filter.dimension} ${choosesFromList}`}
      options={options}
      // A typed id, or a value that is not in the fixed list, would match nothing.
      createCustomValue={!choosesFromList || !dimension || dimension.kind === 'text'}
      placeholder={
        choosesFromList ? t('filters.valuesPlaceholder', 'Select or search') : t('filters.textPlaceholder', 'Enter text')
      }
      value={filter.values.map((value) => ({ value, label: texts[value] ?? value }))}
      onChange={onChange}
    />
  );
}

/** The names of the selected values. The query stores only their ids. */
function useTexts(
  datasource: DataSource,
  dimension: Dimension | undefined,
  values: string[]
): Record<string, string | undefined> {
  const [loaded, setLoaded] = useState<Record<string, string>>({});
  const fixed = Object.fromEntries((dimension?.values ?? []).map(({ value, text }) => [value, text]));
  const isId = (value: string) => value !== NONE && !isVariable(value);
  const ids = dimension?.kind === 'entity' ? values.filter(isId).join('\n') : '';

  const dimensionId = dimension?.id;
  useEffect(() => {
    if (!dimensionId || !ids) {
      return;
    }
    let wanted = true;
    const read = async (id: string) => [id, await datasource.text(dimensionId, id)];
    void Promise.all(ids.split('\n').map(read)).then((texts) => wanted && setLoaded(Object.fromEntries(texts)));
    return () => {
      wanted = false;
    };
  }, [datasource, dimensionId, ids]);

  return { ...loaded, ...fixed };
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1),
    minWidth: 0,
    maxWidth: '100%',
  }),
  row: css({
    minWidth: 0,
    maxWidth: '100%',
    '> div': { flexWrap: 'wrap', rowGap: theme.spacing(0.5) },
  }),
});
