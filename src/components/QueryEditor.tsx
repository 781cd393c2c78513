import { CoreApp, type PanelData, type QueryEditorProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { EditorField, EditorRow } from '@grafana/plugin-ui';
import { Alert, type ComboboxOption, LoadingPlaceholder, Stack, Tag } from '@grafana/ui';
import { omit, pickBy, uniq } from 'lodash';
import { Fragment, useEffect, useState } from 'react';

import { type DataSource, isAlerting } from '../datasource';
import {
  bucketChoices,
  change,
  columnChoices,
  filterDimensions,
  formatChoices,
  groupDimensions,
  isDetails,
  isEvents,
  isNumber,
  metricChoices,
  orderColumns,
  reportOf,
  resolve,
  selectReport,
  VERSION,
} from '../query';
import { type Catalog, type Described, type Dimension, type Filter, type Metric, type ParleyOptions, type ParleyQuery, type Report } from '../types';
import { Download } from './Download';
import { ChoiceField, MultiChoiceField, Rows } from './fields';
import { FilterList } from './FilterList';
import { GeneratedSQL } from './GeneratedSQL';
import {
  bucketOptions,
  compareOptions,
  described,
  formatOptions,
  including,
  operatorOptions,
  selected,
  withVariables,
} from './options';
import { LimitField, OrderList } from './OrderList';
import { TimeZoneField } from './TimeZoneField';
import { useCatalog } from './useCatalog';
import { useFormatMemory } from './useFormatMemory';
import { useChange } from './usePanel';
import { FUNNEL_METRICS, VisualizationHint } from './VisualizationHint';

type Props = QueryEditorProps<DataSource, ParleyQuery, ParleyOptions>;

/** The value of the report picker for a custom query. */
const NO_REPORT = '-';

/** Edits a query: a report and the changes to it. */
export function QueryEditor({ datasource, query, app, data, onChange, onRunQuery }: Props) {
  const { catalog, error } = useCatalog(datasource);

  // Grafana runs the default query instead of an empty one, but does not always show
  // it here. A new alert rule starts with one metric.
  const isNew = !datasource.filterQuery(query) && !query.version;
  useEffect(() => {
    if (isNew) {
      const first = isAlerting(app) ? { version: VERSION, metrics: ['failed_rate'] } : datasource.getDefaultQuery(app);
      onChange({ ...query, ...first });
    }
    // Only new queries are filled in, and only once.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isNew]);

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
  const apply = (next: ParleyQuery) => {
    onChange(next);
    onRunQuery();
  };
  return (
    <Editor
      datasource={datasource}
      catalog={catalog}
      query={query}
      forAlert={isAlerting(app)}
      inPanel={!isAlerting(app) && app !== CoreApp.Explore}
      data={data}
      onChange={apply}
    />
  );
}

interface EditorProps {
  datasource: DataSource;
  catalog: Catalog;
  query: ParleyQuery;
  /** An alert rule has one metric and no variables. */
  forAlert: boolean;
  /** In a panel, people choose the visualization. Explore chooses it itself. */
  inPanel: boolean;
  data?: PanelData;
  onChange: (query: ParleyQuery) => void;
}

function Editor({ datasource, catalog, query, forAlert, inPanel, data, onChange }: EditorProps) {
  const [hasChosen, setChosen] = useState(false);
  const showChange = useChange();
  const memory = useFormatMemory(query, (other) => resolve(other, catalog).format);
  // The choices follow the current values of variables. The fields show the variables themselves.
  const asked = datasource.applyTemplateVariables(query, {});
  const resolved = resolve(asked, catalog);
  const written = { ...resolved, ...pickBy(query, (value) => value !== undefined) };
  const set = (patch: Parameters<typeof change>[2]) => onChange(change(query, catalog, patch));

  // A panel or a report can have several metrics, a rule has one.
  const onlyMetric = forAlert && resolved.metrics.length > 1 ? firstNumber(resolved.metrics, catalog) : undefined;
  useEffect(() => {
    if (onlyMetric) {
      set({ metrics: [onlyMetric] });
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [onlyMetric]);

  const variables = forAlert ? [] : datasource.choiceVariableNames();
  const valueVariables = forAlert ? [] : datasource.variableNames();
  const ownQuery = {
    value: NO_REPORT,
    label: t('queryEditor.ownQuery', 'Custom query'),
    description: t('queryEditor.ownQueryDescription', 'Any metrics, groups and filters'),
  };
  const reports = catalog.reports.filter(
    (report) => report.id === query.report || (!isEvents(report) && (!forAlert || isDrawable(report, catalog)))
  );
  const bucketField = (
    <ChoiceField
      label={t('queryEditor.bucket', 'Interval')}
      tooltip={t('queryEditor.bucketTooltip', "Groups by time, in the dashboard's time zone. None returns one value for the whole range.")}
      width={22}
      options={withVariables(bucketOptions(including(bucketChoices(resolved, catalog), written.bucket)), variables)}
      value={written.bucket}
      onChange={(bucket) => set({ bucket })}
    />
  );
  const metrics = metricChoices(resolved, catalog);

  return (
    <Rows>
      <EditorRow>
        <ChoiceField
          label={t('queryEditor.report', 'Report')}
          tooltip={reportOf(asked, catalog)?.description}
          width={34}
          options={withVariables([...described(reports), ownQuery], variables)}
          value={query.report || NO_REPORT}
          onChange={(id) => {
            setChosen(true);
            onChange(selectReport(query, id === NO_REPORT ? undefined : id, catalog));
          }}
        />
        {!forAlert && (
          <ChoiceField
            label={t('queryEditor.format', 'Format')}
            width={15}
            options={withVariables(formatOptions(including(formatChoices(asked, catalog), written.format)), variables)}
            value={written.format}
            onChange={(format) => onChange(memory.restore(format) ?? memory.remember(change(query, catalog, { format })))}
          />
        )}
        {!isDetails(resolved) && bucketField}
        {!isDetails(resolved) && !forAlert && (
          <ChoiceField
            label={t('queryEditor.compare', 'Compare with')}
            tooltip={t('queryEditor.compareTooltip', 'Adds the values of another period and the change')}
            width={22}
            options={withVariables(compareOptions(written.compare), variables)}
            value={written.compare}
            onChange={(compare) => {
              showChange(compare !== 'none');
              set({ compare });
            }}
          />
        )}
        {query.timezone && (
          <TimeZoneField
            value={query.timezone}
            onChange={(timezone) => onChange(timezone ? { ...query, timezone } : omit(query, 'timezone'))}
          />
        )}
      </EditorRow>
      {inPanel && (
        <VisualizationHint
          query={asked}
          catalog={catalog}
          data={data}
          hasChosenReport={hasChosen}
          onGroupByStage={() => onChange({ ...query, metrics: FUNNEL_METRICS, groupBy: ['stage'] })}
        />
      )}

      {isDetails(resolved) ? (
        <EditorRow>
          <MultiChoiceField
            label={t('queryEditor.columns', 'Columns')}
            width={104}
            options={withVariables(described(columnChoices(asked, catalog)), variables)}
            value={selected(written.columns, columnChoices(asked, catalog))}
            onChange={(columns) => set({ columns: columns.length > 0 ? columns : undefined })}
          />
        </EditorRow>
      ) : (
        <EditorRow>
          {forAlert ? (
            <ChoiceField
              label={t('queryEditor.metric', 'Metric')}
              tooltip={<Definitions metrics={metrics.filter((m) => resolved.metrics.includes(m.id))} />}
              width={50}
              placeholder={t('queryEditor.metricPlaceholder', 'Select metric')}
              options={metricOptions(metrics.filter(isNumber), catalog)}
              value={resolved.metrics.length === 1 ? resolved.metrics[0] : undefined}
              onChange={(metric) => set({ metrics: [metric] })}
            />
          ) : (
            <MultiChoiceField
              label={t('queryEditor.metrics', 'Metrics')}
              tooltip={<Definitions metrics={metrics.filter((m) => resolved.metrics.includes(m.id))} />}
              width={50}
              placeholder={t('queryEditor.metricsPlaceholder', 'Select metrics')}
              options={withVariables(metricOptions(metrics, catalog), variables)}
              value={selected(written.metrics, catalog.metrics)}
              onChange={(ids) => set({ metrics: ids })}
            />
          )}
          <MultiChoiceField
            label={t('queryEditor.groupBy', 'Group by')}
            width={36}
            tooltip={t('queryEditor.groupByTooltip', 'Dimensions that apply to all selected metrics')}
            placeholder={t('queryEditor.groupByPlaceholder', 'None')}
            options={withVariables(described(groupDimensions(resolved, catalog)), variables)}
            value={selected(written.groupBy, catalog.dimensions)}
            onChange={(groupBy) => set({ groupBy })}
          />
        </EditorRow>
      )}

      <EditorRow>
        <EditorField
          label={t('queryEditor.filters', 'Filters')}
          tooltip={t('queryEditor.filtersTooltip', 'Combined with AND. Use $name for a variable')}
        >
          <Stack direction="row" wrap="wrap" alignItems="center" minWidth={0}>
            <ReportFilters filters={resolved.reportFilters} catalog={catalog} />
            <FilterList
              datasource={datasource}
              dimensions={withFiltered(filterDimensions(asked, catalog), asked.filters, catalog)}
              variables={valueVariables}
              dimensionVariables={variables}
              filters={written.filters}
              onChange={(filters) => set({ filters })}
            />
          </Stack>
        </EditorField>
      </EditorRow>

      {!forAlert && (
        <EditorRow>
          <EditorField
            label={t('queryEditor.orderBy', 'Order by')}
            tooltip={t('queryEditor.orderByTooltip', 'Rows of a table or series of a chart')}
          >
            <OrderList
              options={withVariables(
                orderOptions(uniq([...orderColumns(resolved, reportOf(asked, catalog)), ...resolved.orderBy.map(({ by }) => by)]), [
                  ...catalog.metrics,
                  ...catalog.dimensions,
                  ...columnChoices(asked, catalog),
                ]),
                variables
              )}
              // A details report can be sorted by one column.
              most={isDetails(resolved) ? 1 : Infinity}
              orders={written.orderBy}
              onChange={(orderBy) => set({ orderBy })}
            />
          </EditorField>
          <LimitField limit={query.limit} placeholder={resolved.limit} onChange={(limit) => set({ limit })} />
        </EditorRow>
      )}

      {!forAlert && <Download datasource={datasource} refId={query.refId} data={data} />}
      <GeneratedSQL frames={data?.series} refId={query.refId} />
    </Rows>
  );
}

/** The first of the metrics that an alert rule can watch. */
function firstNumber(metrics: string[], catalog: Catalog): string | undefined {
  return metrics.find((id) => catalog.metrics.some((metric) => metric.id === id && isNumber(metric)));
}

/** Whether the report has a metric that an alert rule can watch. */
function isDrawable(report: Report, catalog: Catalog): boolean {
  return firstNumber(report.query.metrics ?? [], catalog) !== undefined;
}

/** The dimensions that can be chosen, and those that the query already filters by. */
function withFiltered(choices: Dimension[], filters: Filter[] = [], catalog: Catalog): Dimension[] {
  const filtered = catalog.dimensions.filter((d) => filters.some((filter) => filter.dimension === d.id));
  return uniq([...choices, ...filtered]);
}

function metricOptions(choices: Metric[], catalog: Catalog): ComboboxOption[] {
  return catalog.facts.flatMap((fact) =>
    described(
      choices.filter((metric) => metric.fact === fact.id),
      fact.title
    )
  );
}

function orderOptions(columns: string[], named: Described[]): ComboboxOption[] {
  const titleOf = (id: string) => named.find((item) => item.id === id)?.title;
  return columns.map((id) => ({
    value: id,
    label: id === 'time' ? t('queryEditor.time', 'Time') : (titleOf(id) ?? titleOf(id.replace(/_name$/, '')) ?? id),
  }));
}

/** The definitions of the selected metrics. */
function Definitions({ metrics }: { metrics: Metric[] }) {
  if (metrics.length === 0) {
    return t('queryEditor.metricsTooltip', 'Shows the definition of each selected metric');
  }
  return (
    <dl>
      {metrics.map((metric) => (
        <Fragment key={metric.id}>
          <dt>{metric.title}</dt>
          <dd>{metric.description}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** The report's own filters, which cannot be removed. */
function ReportFilters({ filters, catalog }: { filters: Filter[]; catalog: Catalog }) {
  return filters.map((filter) => {
    const dimension = catalog.dimensions.find((d) => d.id === filter.dimension);
    const [operator] = operatorOptions([filter.operator]);
    const values = filter.values.map((value) => dimension?.values?.find((v) => v.value === value)?.text ?? value);
    const text = `${dimension?.title ?? filter.dimension} ${operator.label} ${values.join(', ')}`;
    return <Tag key={text} name={text} colorIndex={9} />;
  });
}
