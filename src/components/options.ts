import { t } from '@grafana/i18n';
import { type ComboboxOption } from '@grafana/ui';

import { type Described } from '../types';

// The words of the query for people. What the catalogue names is not here.

export function described(items: Described[], group?: string): ComboboxOption[] {
  return items.map(({ id, title, description }) => ({
    value: id,
    label: title,
    // A key without a value would still take its place in the list.
    ...(description && { description }),
    ...(group && { group }),
  }));
}

function worded(
  words: Record<string, string>,
  choices: string[],
  descriptions: Record<string, string> = {}
): ComboboxOption[] {
  return choices.map((value) => ({
    value,
    label: words[value] ?? value,
    ...(descriptions[value] && { description: descriptions[value] }),
  }));
}

/** The options, and the dashboard's variables after them. */
export function withVariables(options: ComboboxOption[], variables: string[]): ComboboxOption[] {
  const group = t('queryEditor.variables', 'Variables');
  return [...options, ...variables.map((value) => ({ value, label: value, group }))];
}

export function bucketOptions(choices: string[]): ComboboxOption[] {
  return worded(
    {
      none: t('bucket.none', 'Whole range'),
      auto: t('bucket.auto', 'Fitting the range'),
      hour: t('bucket.hour', 'Hour'),
      day: t('bucket.day', 'Day'),
      week: t('bucket.week', 'Week'),
      month: t('bucket.month', 'Month'),
    },
    choices
  );
}

export function compareOptions(): ComboboxOption[] {
  return worded(
    {
      none: t('compare.none', 'Nothing'),
      previous_period: t('compare.previousPeriod', 'The period before'),
      previous_year: t('compare.previousYear', 'A year before'),
    },
    ['none', 'previous_period', 'previous_year'],
    {
      previous_period: t('compare.previousPeriodDescription', 'As long as the range: a month with the month before it'),
      previous_year: t('compare.previousYearDescription', 'The same days of last year'),
    }
  );
}

export function formatOptions(choices: string[]): ComboboxOption[] {
  return worded(
    {
      table: t('format.table', 'Table'),
      timeseries: t('format.timeseries', 'Time series'),
      heatmap: t('format.heatmap', 'Heat map'),
      details: t('format.details', 'Details'),
      logs: t('format.logs', 'Logs'),
    },
    choices,
    {
      table: t('format.tableDescription', 'A row for each group, for tables, bars and cards'),
      timeseries: t('format.timeseriesDescription', 'A line for each group and metric, for graphs'),
      heatmap: t('format.heatmapDescription', 'A field for each weekday, by the hour of the day'),
      details: t('format.detailsDescription', 'A row for each message, start or conversation'),
      logs: t('format.logsDescription', 'A line of text for each message'),
    }
  );
}

export function operatorOptions(choices: string[]): ComboboxOption[] {
  return worded(
    {
      in: t('operator.in', 'is any of'),
      notIn: t('operator.notIn', 'is none of'),
      matches: t('operator.matches', 'matches the expression'),
      notMatches: t('operator.notMatches', 'does not match the expression'),
      contains: t('operator.contains', 'contains'),
    },
    choices
  );
}
