import { type QueryEditorProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { EditorField, EditorRow, EditorRows } from '@grafana/plugin-ui';
import { Alert, Input, LoadingPlaceholder } from '@grafana/ui';
import { useId } from 'react';

import { type DataSource } from '../datasource';
import { filterDimensions } from '../query';
import { type ParleyOptions, type ParleyQuery, type ParleyVariableQuery } from '../types';
import { ChoiceField } from './fields';
import { FilterList } from './FilterList';
import { described } from './options';
import { useCatalog } from './useCatalog';

type Props = QueryEditorProps<DataSource, ParleyQuery, ParleyOptions, ParleyVariableQuery>;

/** Edits the question behind a dashboard variable: which values of which dimension. */
export function VariableEditor({ datasource, query, onChange }: Props) {
  const { catalog, error } = useCatalog(datasource);
  if (error) {
    return (
      <Alert severity="error" title={t('queryEditor.noCatalog', 'The list of reports cannot be read')}>
        {error}
      </Alert>
    );
  }
  if (!catalog) {
    return <LoadingPlaceholder text={t('queryEditor.loading', 'Loading reports…')} />;
  }
  const dimensions = filterDimensions({ refId: '' }, catalog);
  return (
    <EditorRows>
      <EditorRow>
        <ChoiceField
          label={t('variableEditor.dimension', 'Values of')}
          width={30}
          options={described(dimensions)}
          value={query.dimension}
          onChange={(dimension) => onChange({ ...query, refId: query.refId || 'variable', dimension })}
        />
        <TextField
          label={t('variableEditor.search', 'Containing')}
          tooltip={t('variableEditor.searchTooltip', '$__searchFilter is replaced by what is typed into the drop-down')}
          value={query.search}
          onChange={(search) => onChange({ ...query, search })}
        />
        <TextField
          label={t('variableEditor.regex', 'Matching the expression')}
          tooltip={t('variableEditor.regexTooltip', 'A regular expression for ids or names')}
          value={query.regex}
          onChange={(regex) => onChange({ ...query, regex })}
        />
      </EditorRow>
      <EditorRow>
        <EditorField
          label={t('variableEditor.filters', 'Only those of')}
          tooltip={t(
            'variableEditor.filtersTooltip',
            'With another variable as value, the list follows that one: team is any of $team'
          )}
        >
          <FilterList
            datasource={datasource}
            dimensions={dimensions}
            filters={query.filters ?? []}
            onChange={(filters) => onChange({ ...query, filters: filters.length > 0 ? filters : undefined })}
          />
        </EditorField>
      </EditorRow>
    </EditorRows>
  );
}

interface TextFieldProps {
  label: string;
  tooltip: string;
  value?: string;
  onChange: (value: string | undefined) => void;
}

function TextField({ label, tooltip, value, onChange }: TextFieldProps) {
  const id = useId();
  return (
    <EditorField label={label} tooltip={tooltip}>
      <Input
        id={id}
        key={value}
        width={26}
        defaultValue={value}
        onBlur={(event) => {
          const typed = event.currentTarget.value || undefined;
          if (typed !== (value || undefined)) {
            onChange(typed);
          }
        }}
      />
    </EditorField>
  );
}
