import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** How table columns are shown, by field id. */
export type Columns = Record<string, DynamicConfigValue[]>;

/** Colours that change at these values. */
export function thresholds(steps: Array<[from: number | null, color: string]>): ThresholdsConfigBuilder {
  // The first step has no lower limit, which is null in Grafana.
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color }) as Threshold));
}

/** Colours by the thresholds, instead of the metric's own colour. */
export const byThreshold = () => new FieldColorBuilder().mode(FieldColorModeId.Thresholds);

/** Properties of a table column. */
export const column = {
  /** A shorter title. The title of the panel says the rest. */
  title: (title: string): DynamicConfigValue => ({ id: 'displayName', value: title }),
  width: (width: number): DynamicConfigValue => ({ id: 'custom.width', value: width }),
  minWidth: (width: number): DynamicConfigValue => ({ id: 'custom.minWidth', value: width }),
  /** Shows a time without seconds. */
  time: (): DynamicConfigValue[] => [
    { id: 'unit', value: 'time:YYYY-MM-DD HH:mm' },
    { id: 'custom.width', value: 130 },
  ],
  /** Wraps long texts. */
  wrap: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'auto', wrapText: true } }),
  /** Shows a text in one line. */
  plain: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'auto' } }),
  /** Shows values on a background in their colour. */
  colored: (): DynamicConfigValue[] => [
    { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
    { id: 'color', value: { mode: 'fixed', fixedColor: 'transparent' } },
  ],
  /** Hidden, but available to links. */
  hidden: (): DynamicConfigValue => ({ id: 'custom.hideFrom.viz', value: true }),
  /** Hidden, but available to transformations. */
  nowhere: (): DynamicConfigValue => ({ id: 'custom.hideFrom', value: { viz: true, tooltip: true, legend: true } }),
  /** Without decimals. */
  whole: (): DynamicConfigValue => ({ id: 'decimals', value: 0 }),
  inColor: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'color-text' } }),
  /** Shows several values as pills, each in its own colour. */
  pills: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'pill', wrapText: true } }),
  sparkline: (): DynamicConfigValue => ({
    id: 'custom.cellOptions',
    value: { type: 'sparkline', hideValue: true, lineInterpolation: 'linear', gradientMode: 'none', fillOpacity: 20 },
  }),
  /** Shows missing values as empty cells, in lists of messages. */
  blank: (): DynamicConfigValue => ({
    id: 'mappings',
    value: [{ type: 'special', options: { match: 'null', result: { text: '' } } }],
  }),
  /** Shows the titles of links instead of their URLs. */
  links: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'data-links' } }),
  /** Colours that change at these values, instead of the metric's own colour. */
  threshold: (steps: ThresholdsConfigBuilder): DynamicConfigValue[] => [
    { id: 'thresholds', value: steps.build() },
    { id: 'color', value: { mode: FieldColorModeId.Thresholds } },
  ],
  total: (): DynamicConfigValue => ({ id: 'custom.footer.reducers', value: ['sum'] }),
  /** Shows the value as a bar. Shares use a scale from 0 to 1. */
  bar: (max?: number): DynamicConfigValue[] => [
    { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
    { id: 'custom.minWidth', value: 110 },
    { id: 'min', value: 0 },
    // Otherwise the largest number of all columns would set the scale.
    max === undefined ? { id: 'fieldMinMax', value: true } : { id: 'max', value: max },
  ],
};
