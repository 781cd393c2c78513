import { t } from '@grafana/i18n';
import { type ComboboxOption } from '@grafana/ui';

import { isVariable } from '../query';
import { type Described } from '../types';

// The labels of choices that are not in the catalogue.

export function described(items: Described[], group?: string): ComboboxOption[] {
  return items.map(({ id, title, summary }) => ({
    value: id,
    label: title,
    // An undefined description would still take up a line.
    ...(summary && { description: summary }),
    ...(group && { group }),
  }));
}

function labelled(
  labels: Record<string, string>,
  choices: string[],
  descriptions: Record<string, string> = {}
): ComboboxOption[] {
  return choices.map((value) => ({
    value,
    label: labels[value] ?? value,
    ...(descriptions[value] && { description: descriptions[value] }),
  }));
}

/** The choices and, if it is not one of them, the current value of the query. */
export function including(choices: string[], value: string): string[] {
  return isVariable(value) || choices.includes(value) ? choices : [...choices, value];
}

/** The selected values with their titles, also those that are not offered. */
export function selected(values: string[], items: Described[]): ComboboxOption[] {
  return values.map((value) => ({ value, label: items.find((item) => item.id === value)?.title ?? value }));
}

/** The options, followed by the dashboard's variables. */
export function withVariables(options: ComboboxOption[], variables: string[]): ComboboxOption[] {
  const group = t('queryEditor.variables', 'Variables');
  return [...options, ...variables.map((value) => ({ value, label: value, group }))];
}

export function bucketOptions(choices: string[]): ComboboxOption[] {
  return labelled(
    {
      none: t('bucket.none', 'None (whole range)'),
      auto: t('bucket.auto', 'Auto'),
      '5m': t('bucket.minutes5', '5 minutes'),
      '15m': t('bucket.minutes15', '15 minutes'),
      '30m': t('bucket.minutes30', '30 minutes'),
      hour: t('bucket.hour', 'Hour'),
      day: t('bucket.day', 'Day'),
      week: t('bucket.week', 'Week'),
      month: t('bucket.month', 'Month'),
    },
    choices
  );
}

export function compareOptions(current: string): ComboboxOption[] {
  return labelled(
    {
      none: t('compare.none', 'None'),
      previous_period: t('compare.previousPeriod', 'Previous period'),
      previous_year: t('compare.previousYear', 'Previous year'),
    },
    including(['none', 'previous_period', 'previous_year'], current)
  );
}

export function formatOptions(choices: string[]): ComboboxOption[] {
  return labelled(
    {
      table: t('format.table', 'Table'),
      timeseries: t('format.timeseries', 'Time series'),
      heatmap: t('format.heatmap', 'Heatmap'),
      details: t('format.details', 'Details'),
      logs: t('format.logs', 'Logs'),
    },
    choices,
    {
      table: t('format.tableDescription', 'One row per group'),
      timeseries: t('format.timeseriesDescription', 'One series per group'),
      heatmap: t('format.heatmapDescription', 'Weekdays by hour'),
      details: t('format.detailsDescription', 'One row per record'),
      logs: t('format.logsDescription', 'One line per message'),
    }
  );
}

export function operatorOptions(choices: string[]): ComboboxOption[] {
  return labelled(
    {
      in: t('operator.in', 'is any of'),
      notIn: t('operator.notIn', 'is none of'),
      matches: t('operator.matches', 'matches regex'),
      notMatches: t('operator.notMatches', 'does not match regex'),
      contains: t('operator.contains', 'contains'),
    },
    choices
  );
}
