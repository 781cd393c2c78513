import { type Dashboard, type Panel } from '@grafana/grafana-foundation-sdk/dashboard';

import { PLUGIN_ID } from '../dashboards/query';
import { type ParleyQuery } from '../types';
import { GROUPS, type Rule } from './rules';
import { type AlertTexts, TEXTS } from './texts';
import { yaml } from './yaml';

/** The data source of the rules: the one that `provisioning/datasources` makes. */
const DATASOURCE = 'parley';

const EXPRESSION = '__expr__';

/** The rule that tells that the database does not answer. Seven would say no more. */
const TELLS_ERRORS = 'failedByLine';

/**
 * The alert rules in all languages: what is to stand in which file of the
 * checkout. Grafana reads those of `provisioning/alerting` alone.
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

/** What Grafana's provisioning reads. */
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
  const { uid, panel } = shownBy(rule, texts, dashboards);
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
    // Where nothing is sent and nobody writes, all is well.
    noDataState: 'OK',
    execErrState: rule.id === TELLS_ERRORS ? 'Error' : 'KeepLast',
    dashboardUid: uid,
    panelId: panel,
    annotations: {
      summary: told(summary, texts),
      description: told(description, texts),
      dashboard: link(rule, uid),
      // Grafana's own buttons look here.
      __dashboardUid__: uid,
      __panelId__: String(panel),
    },
    labels: { source: 'parley', severity: rule.severity },
  };
}

/** The text, or what is to be said where there are no numbers: nothing to count, or an error. */
function told(text: string, { numberless }: AlertTexts): string {
  return `{{ if $values.fires }}${text}{{ else }}${numberless}{{ end }}`;
}

/** The panel that shows what the rule watches: rather one cut as the rule is, and over time. */
function shownBy({ by, dashboard: { slug, metric } }: Rule, texts: AlertTexts, dashboards: Map<string, string>) {
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

/** The dashboard with the instance's own line, team or template chosen. */
function link({ by, dashboard: { from } }: Rule, uid: string): string {
  return `{{ externalURL }}d/${uid}?from=${from}&to=now{{ with $labels.${by} }}&var-${by}={{ urlquery . }}{{ end }}`;
}
