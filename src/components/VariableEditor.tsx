import { type QueryEditorProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { EditorField, EditorRow } from '@grafana/plugin-ui';
import { locationService } from '@grafana/runtime';
import { Alert, Input, LoadingPlaceholder } from '@grafana/ui';
import { useId } from 'react';

import { type DataSource } from '../datasource';
import { filterDimensions } from '../query';
import { type ParleyOptions, type ParleyQuery, type ParleyVariableQuery } from '../types';
import { ChoiceField, Rows } from './fields';
import { FilterList } from './FilterList';
import { described } from './options';
import { useCatalog } from './useCatalog';

type Props = QueryEditorProps<DataSource, ParleyQuery, ParleyOptions, ParleyVariableQuery>;

/** Edits the query of a dashboard variable. */
export function VariableEditor({ datasource, query, onChange }: Props) {
  const { catalog, error } = useCatalog(datasource);
  if (error) {
    return (
      <Alert severity="error" title={t('queryEditor.noCatalog', 'Could not load the reports')}>
        {error}
      </Alert>
    );
  }
  if (!catalog) {
    return <LoadingPlaceholder text={t('queryEditor.loading', 'Loading reports…')} />;
  }
  const dimensions = filterDimensions({ refId: '' }, catalog);
  const set = (patch: Partial<ParleyVariableQuery>) => {
    const next = { ...query, refId: query.refId || 'variable', ...patch };
    onChange({ ...next, query: dimensions.find((d) => d.id === next.dimension)?.title ?? next.dimension });
  };
  const own = editedVariable(datasource);
  const others = (names: string[]) => names.filter((name) => name !== own);
  return (
    <Rows>
      <EditorRow>
        <ChoiceField
          label={t('variableEditor.dimension', 'Dimension')}
          width={30}
          options={described(dimensions)}
          value={query.dimension}
          onChange={(dimension) => set({ dimension })}
        />
        <TextField
          label={t('variableEditor.search', 'Search')}
          tooltip={t('variableEditor.searchTooltip', 'Values that contain this text. Use $__searchFilter for the text typed into the drop-down')}
          value={query.search}
          onChange={(search) => set({ search })}
        />
        <TextField
          label={t('variableEditor.regex', 'Regex')}
          tooltip={t('variableEditor.regexTooltip', 'Values with an ID or name that matches, such as ^BR')}
          value={query.regex}
          onChange={(regex) => set({ regex })}
        />
      </EditorRow>
      <EditorRow>
        <EditorField
          label={t('variableEditor.filters', 'Filter by')}
          tooltip={t(
            'variableEditor.filtersTooltip',
            'Use another variable to narrow the list, for example Team is any of $team'
          )}
        >
          <FilterList
            datasource={datasource}
            dimensions={dimensions}
            variables={others(datasource.variableNames())}
            dimensionVariables={others(datasource.choiceVariableNames())}
            filters={query.filters ?? []}
            onChange={(filters) => set({ filters: filters.length > 0 ? filters : undefined })}
          />
        </EditorField>
      </EditorRow>
    </Rows>
  );
}

/** The variable that is being edited: the page's address has its position. */
function editedVariable(datasource: DataSource): string | undefined {
  const index = Number(locationService.getSearchObject().editIndex ?? NaN);
  return datasource.variableNameAt(index);
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
