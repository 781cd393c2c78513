import { type QueryEditorProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { EditorField, EditorRow } from '@grafana/plugin-ui';
import { Alert, LoadingPlaceholder } from '@grafana/ui';

import { type DataSource } from '../datasource';
import { filterDimensions, isEvents, isVariable, reportOf, VERSION } from '../query';
import { type ParleyOptions, type ParleyQuery } from '../types';
import { ChoiceField, Rows } from './fields';
import { FilterList } from './FilterList';
import { described } from './options';
import { useCatalog } from './useCatalog';

type Props = QueryEditorProps<DataSource, ParleyQuery, ParleyOptions>;

/** Edits an annotation query: the type of event and filters. */
export function AnnotationEditor({ datasource, query, onChange }: Props) {
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
  const filters = query.filters ?? [];
  const set = (report: string | undefined, next: typeof filters) => {
    const chosen = { refId: query.refId || 'Anno', version: VERSION, report };
    const allowed = filterDimensions(chosen, catalog).map((d) => d.id);
    const kept = next.filter((filter) => allowed.includes(filter.dimension) || isVariable(filter.dimension));
    // Annotations use no other part of a query.
    onChange({ ...chosen, ...(kept.length > 0 && { filters: kept }) });
  };
  return (
    <Rows>
      <EditorRow>
        <ChoiceField
          label={t('annotationEditor.report', 'Event type')}
          tooltip={reportOf(query, catalog)?.description}
          width={34}
          options={described(catalog.reports.filter(isEvents))}
          value={query.report}
          onChange={(report) => set(report, filters)}
        />
      </EditorRow>
      <EditorRow>
        <EditorField
          label={t('annotationEditor.filters', 'Filter by')}
          tooltip={t('queryEditor.filtersTooltip', 'Combined with AND. Use $name for a variable')}
        >
          <FilterList
            datasource={datasource}
            dimensions={filterDimensions(query, catalog)}
            filters={filters}
            onChange={(next) => set(query.report, next)}
          />
        </EditorField>
      </EditorRow>
    </Rows>
  );
}
