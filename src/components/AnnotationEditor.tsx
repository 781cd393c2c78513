import { type QueryEditorProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { EditorField, EditorRow, EditorRows } from '@grafana/plugin-ui';
import { Alert, LoadingPlaceholder } from '@grafana/ui';

import { type DataSource } from '../datasource';
import { filterDimensions, isEvents, isVariable, reportOf, VERSION } from '../query';
import { type ParleyOptions, type ParleyQuery } from '../types';
import { ChoiceField } from './fields';
import { FilterList } from './FilterList';
import { described } from './options';
import { useCatalog } from './useCatalog';

type Props = QueryEditorProps<DataSource, ParleyQuery, ParleyOptions>;

/** Edits what a dashboard marks on its charts: which events, and of what. */
export function AnnotationEditor({ datasource, query, onChange }: Props) {
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
  const filters = query.filters ?? [];
  const set = (report: string | undefined, next: typeof filters) => {
    const chosen = { refId: query.refId || 'Anno', version: VERSION, report };
    const allowed = filterDimensions(chosen, catalog).map((d) => d.id);
    const kept = next.filter((filter) => allowed.includes(filter.dimension) || isVariable(filter.dimension));
    // Nothing else of a query has a meaning here.
    onChange({ ...chosen, ...(kept.length > 0 && { filters: kept }) });
  };
  return (
    <EditorRows>
      <EditorRow>
        <ChoiceField
          label={t('annotationEditor.report', 'Mark')}
          tooltip={reportOf(query, catalog)?.description}
          width={34}
          options={described(catalog.reports.filter(isEvents))}
          value={query.report}
          onChange={(report) => set(report, filters)}
        />
      </EditorRow>
      <EditorRow>
        <EditorField
          label={t('annotationEditor.filters', 'Only those of')}
          tooltip={t('queryEditor.filtersTooltip', 'All of them have to hold. Variables are written as $name')}
        >
          <FilterList
            datasource={datasource}
            dimensions={filterDimensions(query, catalog)}
            filters={filters}
            onChange={(next) => set(query.report, next)}
          />
        </EditorField>
      </EditorRow>
    </EditorRows>
  );
}
