import { CoreApp, type DataFrame, type QueryEditorProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { AccessoryButton, EditorField, EditorRow, EditorRows, InputGroup } from '@grafana/plugin-ui';
import { Alert, Button, type ComboboxOption, Input, LoadingPlaceholder, Stack, Tag, Text } from '@grafana/ui';
import { pickBy } from 'lodash';
import { Fragment, useEffect, useId, useState } from 'react';

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
  type ResolvedQuery,
  selectReport,
  VERSION,
} from '../query';
import { type Catalog, type Described, type Filter, type Metric, type Order, type ParleyOptions, type ParleyQuery, type Report } from '../types';
import { Choice, ChoiceField, MultiChoiceField } from './fields';
import { FilterList } from './FilterList';
import { GeneratedSQL } from './GeneratedSQL';
import { bucketOptions, compareOptions, described, formatOptions, operatorOptions, withVariables } from './options';
import { useCatalog } from './useCatalog';

type Props = QueryEditorProps<DataSource, ParleyQuery, ParleyOptions>;

/** A query of one's own is no report; the picker needs a value for it all the same. */
const NO_REPORT = '-';

/** Edits a query: a report, and whatever is to differ from it. */
export function QueryEditor({ datasource, query, app, data, onChange, onRunQuery }: Props) {
  const { catalog, error } = useCatalog(datasource);

  // Grafana answers an empty query with the default one, but does not always show
  // that here. The first query of an alert rule is one number, as rules need it.
  const isNew = !datasource.filterQuery(query) && !query.version;
  useEffect(() => {
    if (isNew) {
      const first = isAlerting(app) ? { version: VERSION, metrics: ['failed_rate'] } : datasource.getDefaultQuery(app);
      onChange({ ...query, ...first });
    }
    // Only what is new is started, and only once.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isNew]);

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
      frames={data?.series}
      onChange={apply}
    />
  );
}

interface EditorProps {
  datasource: DataSource;
  catalog: Catalog;
  query: ParleyQuery;
  /** An alert rule watches one number, and knows no variables. */
  forAlert: boolean;
  /** A panel draws the answer as its visualization can, which Explore chooses by itself. */
  inPanel: boolean;
  frames?: DataFrame[];
  onChange: (query: ParleyQuery) => void;
}

function Editor({ datasource, catalog, query, forAlert, inPanel, frames, onChange }: EditorProps) {
  // A new panel is a graph over time, and says of other reports only what it misses.
  const [chosen, setChosen] = useState(false);
  // What is asked at present says what may be chosen; what is written, variables too, is shown.
  const asked = datasource.applyTemplateVariables(query, {});
  const resolved = resolve(asked, catalog);
  const written = { ...resolved, ...pickBy(query, (value) => value !== undefined) };
  const set = (patch: Parameters<typeof change>[2]) => onChange(change(query, catalog, patch));

  const variables = forAlert ? [] : datasource.variableNames();
  const ownQuery = {
    value: NO_REPORT,
    label: t('queryEditor.ownQuery', 'A query of your own'),
    description: t('queryEditor.ownQueryDescription', 'Any metrics, cut and filtered as you like'),
  };
  const reports = catalog.reports.filter(
    (report) => !isEvents(report) && (!forAlert || isDrawable(report, catalog))
  );
  const bucketField = (
    <ChoiceField
      label={t('queryEditor.bucket', 'Per')}
      tooltip={t('queryEditor.bucketTooltip', "Calendar periods in the dashboard's time zone")}
      width={20}
      options={withVariables(bucketOptions(bucketChoices(resolved, catalog)), variables)}
      value={written.bucket}
      onChange={(bucket) => set({ bucket })}
    />
  );
  const metrics = metricChoices(resolved, catalog);

  return (
    <EditorRows>
      <EditorRow>
        <ChoiceField
          label={t('queryEditor.report', 'Report')}
          tooltip={reportOf(asked, catalog)?.description}
          width={27}
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
            options={withVariables(formatOptions(formatChoices(asked, catalog)), variables)}
            value={written.format}
            onChange={(format) => set({ format })}
          />
        )}
        {!isDetails(resolved) && bucketField}
        {!isDetails(resolved) && !forAlert && (
          <ChoiceField
            label={t('queryEditor.compare', 'Compare with')}
            tooltip={t('queryEditor.compareTooltip', 'Sets every metric beside its value in another period')}
            width={18}
            options={withVariables(compareOptions(), variables)}
            value={written.compare}
            onChange={(compare) => set({ compare })}
          />
        )}
      </EditorRow>
      {inPanel && chosen && <VisualizationHint resolved={resolved} />}

      {isDetails(resolved) ? (
        <EditorRow>
          <MultiChoiceField
            label={t('queryEditor.columns', 'Columns')}
            width={104}
            options={withVariables(described(columnChoices(asked, catalog)), variables)}
            value={written.columns}
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
              placeholder={t('queryEditor.metricPlaceholder', 'Choose a metric')}
              options={metricOptions(metrics.filter(isNumber), catalog)}
              value={resolved.metrics.length === 1 ? resolved.metrics[0] : undefined}
              onChange={(metric) => set({ metrics: [metric] })}
            />
          ) : (
            <MultiChoiceField
              label={t('queryEditor.metrics', 'Metrics')}
              tooltip={<Definitions metrics={metrics.filter((m) => resolved.metrics.includes(m.id))} />}
              width={50}
              placeholder={t('queryEditor.metricsPlaceholder', 'Choose metrics')}
              options={withVariables(metricOptions(metrics, catalog), variables)}
              value={written.metrics}
              onChange={(chosen) => set({ metrics: chosen })}
            />
          )}
          <MultiChoiceField
            label={t('queryEditor.groupBy', 'Group by')}
            width={36}
            tooltip={t('queryEditor.groupByTooltip', 'Only what has a meaning for every chosen metric is offered')}
            placeholder={t('queryEditor.groupByPlaceholder', 'Nothing')}
            options={withVariables(described(groupDimensions(resolved, catalog)), variables)}
            value={written.groupBy}
            onChange={(groupBy) => set({ groupBy })}
          />
        </EditorRow>
      )}

      <EditorRow>
        <EditorField
          label={t('queryEditor.filters', 'Filters')}
          tooltip={t('queryEditor.filtersTooltip', 'All of them have to hold. Variables are written as $name')}
        >
          <Stack direction="row" wrap="wrap" alignItems="center">
            <ReportFilters filters={resolved.reportFilters} catalog={catalog} />
            <FilterList
              datasource={datasource}
              dimensions={filterDimensions(asked, catalog)}
              variables={variables}
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
            tooltip={t('queryEditor.orderByTooltip', 'Rows of a table, or the series of a graph')}
          >
            <OrderList
              options={withVariables(
                orderOptions(orderColumns(resolved, reportOf(asked, catalog)), [
                  ...catalog.metrics,
                  ...catalog.dimensions,
                  ...columnChoices(asked, catalog),
                ]),
                variables
              )}
              // The rows of a details report have one order.
              most={isDetails(resolved) ? 1 : Infinity}
              orders={written.orderBy}
              onChange={(orderBy) => set({ orderBy })}
            />
          </EditorField>
          <LimitField limit={query.limit} placeholder={resolved.limit} onChange={(limit) => set({ limit })} />
        </EditorRow>
      )}

      <GeneratedSQL frames={frames} refId={query.refId} />
    </EditorRows>
  );
}

/** Says what shows an answer that is no graph over time. */
function VisualizationHint({ resolved }: { resolved: ResolvedQuery }) {
  const timeless = resolved.format === 'table' && resolved.bucket === 'none';
  if (!timeless && resolved.format !== 'details') {
    return null;
  }
  return (
    <Text element="p" variant="bodySmall" color="secondary">
      {timeless
        ? t(
            'queryEditor.timeless',
            'This answer is no graph over time: choose Table, Bar chart or Pie chart as the visualization, or a period under {{per}}.',
            { per: t('queryEditor.bucket', 'Per') }
          )
        : t('queryEditor.rows', 'This answer is a list: choose Table as the visualization.')}
    </Text>
  );
}

/** Tells whether the report has a number that an alert rule could watch. */
function isDrawable(report: Report, catalog: Catalog): boolean {
  return catalog.metrics.some((metric) => report.query.metrics?.includes(metric.id) && isNumber(metric));
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
  return columns.map((id) => ({
    value: id,
    label: id === 'time' ? t('queryEditor.time', 'Time') : (named.find((item) => item.id === id)?.title ?? id),
  }));
}

/** What the chosen metrics mean, in full. */
function Definitions({ metrics }: { metrics: Metric[] }) {
  if (metrics.length === 0) {
    return t('queryEditor.metricsTooltip', 'Each metric shows here what it means, once it is chosen');
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

/** The filters that are part of the report: without them it would be another one. */
function ReportFilters({ filters, catalog }: { filters: Filter[]; catalog: Catalog }) {
  return filters.map((filter) => {
    const dimension = catalog.dimensions.find((d) => d.id === filter.dimension);
    const [operator] = operatorOptions([filter.operator]);
    const values = filter.values.map((value) => dimension?.values?.find((v) => v.value === value)?.text ?? value);
    const text = `${dimension?.title ?? filter.dimension} ${operator.label} ${values.join(', ')}`;
    return <Tag key={text} name={text} colorIndex={9} />;
  });
}

interface OrderListProps {
  options: ComboboxOption[];
  most: number;
  orders: Order[];
  onChange: (orders: Order[]) => void;
}

function OrderList({ options, most, orders, onChange }: OrderListProps) {
  const free = options.filter((option) => !orders.some((order) => order.by === option.value));
  const replace = (index: number, order: Order) => onChange(orders.map((other, i) => (i === index ? order : other)));
  return (
    <Stack direction="row" wrap="wrap">
      {orders.map((order, index) => (
        <InputGroup key={order.by}>
          <Choice
            label={t('orderBy.column', 'Column')}
            width={26}
            options={options.filter((option) => option.value === order.by || free.includes(option))}
            value={order.by}
            onChange={(by) => replace(index, { ...order, by })}
          />
          <AccessoryButton
            type="button"
            variant="secondary"
            icon={order.desc ? 'arrow-down' : 'arrow-up'}
            aria-label={
              order.desc
                ? t('orderBy.descending', 'Descending. Turn around')
                : t('orderBy.ascending', 'Ascending. Turn around')
            }
            onClick={() => replace(index, order.desc ? { by: order.by } : { by: order.by, desc: true })}
          />
          <AccessoryButton
            type="button"
            variant="secondary"
            icon="times"
            aria-label={t('orderBy.remove', 'Remove order')}
            onClick={() => onChange(orders.filter((_, i) => i !== index))}
          />
        </InputGroup>
      ))}
      {orders.length < most && free.length > 0 && (
        <Button
          type="button"
          variant="secondary"
          icon="plus"
          aria-label={t('orderBy.add', 'Add order')}
          onClick={() => onChange([...orders, { by: free[0].value, desc: true }])}
        />
      )}
    </Stack>
  );
}

interface LimitFieldProps {
  limit?: number;
  placeholder?: number;
  onChange: (limit: number | undefined) => void;
}

function LimitField({ limit, placeholder, onChange }: LimitFieldProps) {
  const id = useId();
  return (
    <EditorField label={t('queryEditor.limit', 'Rows at most')}>
      <Input
        id={id}
        // The field follows the query, but not while one types.
        key={limit}
        type="number"
        min={1}
        width={14}
        defaultValue={limit}
        placeholder={placeholder?.toString() ?? t('queryEditor.limitPlaceholder', 'Default')}
        onBlur={(event) => {
          const typed = parseInt(event.currentTarget.value, 10);
          const next = typed > 0 ? typed : undefined;
          if (next !== limit) {
            onChange(next);
          }
        }}
      />
    </EditorField>
  );
}
