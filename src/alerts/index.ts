import { type Dashboard, type Panel } from '@grafana/grafana-foundation-sdk/dashboard';

import { PLUGIN_ID } from '../dashboards/query';
import { type ParleyQuery } from '../types';
import { GROUPS, type Rule } from './rules';
import { type AlertTexts, TEXTS } from './texts';
import { yaml } from './yaml';

/** The uid of the data source in `provisioning/datasources`. */
const DATASOURCE = 'parley';

const EXPRESSION = '__expr__';

/** The only rule that reports errors of the database, so that there is one alert instead of seven. */
const REPORTS_ERRORS = 'failedByLine';

/**
 * Returns the provisioning files of the alert rules in all languages, by path.
 * Grafana only reads `provisioning/alerting`.
 */
export function alertRules(dashboards: Map<string, string>): Map<string, string> {
  return new Map(
    TEXTS.map((texts) => {
      const directory = texts.language === 'en' ? 'alerting' : `alerting-${texts.language}`;
      const header = texts.header.map((line) => `# ${line}\n`).join('');
      return [`provisioning/${directory}/parley.yaml`, `${header}${yaml(file(texts, dashboards)).trimStart()}`];
    })
  );
}

/** Returns the content of a provisioning file. */
function file(texts: AlertTexts, dashboards: Map<string, string>) {
  return {
    apiVersion: 1,
    groups: GROUPS.map(({ id, interval, rules }) => ({
      orgId: 1,
      name: texts.groups[id],
      folder: texts.folder,
      interval,
      rules: rules.map((rule) => provisioned(rule, texts, dashboards)),
    })),
  };
}

function provisioned(rule: Rule, texts: AlertTexts, dashboards: Map<string, string>) {
  const { title, summary, description } = texts.rules[rule.id];
  const { uid, panel } = findPanel(rule, texts, dashboards);
  return {
    uid: rule.uid,
    title,
    condition: 'fires',
    data: [
      ...Object.entries(rule.numbers).map(([refId, { metric, filters, from, to = 0 }]) => ({
        refId,
        relativeTimeRange: { from, to },
        datasourceUid: DATASOURCE,
        model: {
          refId,
          datasource: { type: PLUGIN_ID, uid: DATASOURCE },
          version: 1,
          metrics: [metric],
          groupBy: [rule.by],
          filters: filters as Array<{ dimension: string; operator: string; values: string[] }> | undefined,
          language: texts.language,
        },
      })),
      ...Object.entries({ ...rule.computed, fires: rule.fires }).map(([refId, expression]) => ({
        refId,
        relativeTimeRange: { from: 0, to: 0 },
        datasourceUid: EXPRESSION,
        model: { refId, datasource: { type: EXPRESSION, uid: EXPRESSION }, type: 'math', expression },
      })),
    ],
    for: rule.for,
    // No messages are not a problem.
    noDataState: 'OK',
    execErrState: rule.id === REPORTS_ERRORS ? 'Error' : 'KeepLast',
    dashboardUid: uid,
    panelId: panel,
    annotations: {
      summary: withoutValues(summary, texts),
      description: withoutValues(description, texts),
      dashboard: link(rule, uid),
      // Grafana's buttons in alerts use these.
      __dashboardUid__: uid,
      __panelId__: String(panel),
    },
    labels: { source: 'parley', severity: rule.severity },
  };
}

/** Adds a text for alerts without values, which are about missing data or an error. */
function withoutValues(text: string, { numberless }: AlertTexts): string {
  return `{{ if $values.fires }}${text}{{ else }}${numberless}{{ end }}`;
}

/** Finds the panel that shows the metric of the rule. Prefers a chart over time with the same group. */
function findPanel({ by, dashboard: { slug, metric } }: Rule, texts: AlertTexts, dashboards: Map<string, string>) {
  const dashboard: Dashboard = JSON.parse(dashboards.get(`${texts.language}/${slug}.json`)!);
  const rank = ({ metrics, groupBy, bucket }: ParleyQuery) =>
    metrics?.includes(metric) ? 1 + Number(bucket === 'auto') + 2 * Number(groupBy?.includes(by) ?? false) : 0;
  const [best] = (dashboard.panels as Panel[])
    .map(({ id, targets = [] }) => ({ id, rank: Math.max(0, ...(targets as unknown as ParleyQuery[]).map(rank)) }))
    .sort((a, b) => b.rank - a.rank);
  if (best.rank === 0) {
    throw new Error(`no panel of the dashboard ${slug} shows ${metric}`);
  }
  return { uid: dashboard.uid!, panel: best.id! };
}

/** Links to the dashboard, filtered by the line, team or template of the alert. */
function link({ by, dashboard: { from } }: Rule, uid: string): string {
  return `{{ externalURL }}d/${uid}?from=${from}&to=now{{ with $labels.${by} }}&var-${by}={{ urlquery . }}{{ end }}`;
}
