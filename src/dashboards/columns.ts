import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** How the columns of a table are shown, by the ids of their fields. */
export type Columns = Record<string, DynamicConfigValue[]>;

/** Colours that change at the given values. */
export function thresholds(steps: Array<[from: number | null, color: string]>): ThresholdsConfigBuilder {
  // The first step has no beginning, which Grafana writes as null.
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color }) as Threshold));
}

/** A colour that follows the thresholds, also where the metric has one of its own. */
export const byThreshold = () => new FieldColorBuilder().mode(FieldColorModeId.Thresholds);

/** Properties of a table's column. */
export const column = {
  /** A shorter title, where the panel's own says the rest. */
  title: (title: string): DynamicConfigValue => ({ id: 'displayName', value: title }),
  width: (width: number): DynamicConfigValue => ({ id: 'custom.width', value: width }),
  minWidth: (width: number): DynamicConfigValue => ({ id: 'custom.minWidth', value: width }),
  /** To the minute. */
  time: (): DynamicConfigValue[] => [
    { id: 'unit', value: 'time:YYYY-MM-DD HH:mm' },
    { id: 'custom.width', value: 130 },
  ],
  /** Long texts go on in the next line. */
  wrap: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'auto', wrapText: true } }),
  /** One line of text. */
  plain: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'auto' } }),
  /** Values on the colours of their meaning, where they have one. */
  colored: (): DynamicConfigValue[] => [
    { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
    { id: 'color', value: { mode: 'fixed', fixedColor: 'transparent' } },
  ],
  /** There for links alone. */
  hidden: (): DynamicConfigValue => ({ id: 'custom.hideFrom.viz', value: true }),
  /** There for transformations alone. */
  nowhere: (): DynamicConfigValue => ({ id: 'custom.hideFrom', value: { viz: true, tooltip: true, legend: true } }),
  /** Without places after the point. */
  whole: (): DynamicConfigValue => ({ id: 'decimals', value: 0 }),
  inColor: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'color-text' } }),
  /** Each of several values on a colour of its own. */
  pills: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'pill', wrapText: true } }),
  sparkline: (): DynamicConfigValue => ({
    id: 'custom.cellOptions',
    value: { type: 'sparkline', hideValue: true, lineInterpolation: 'linear', gradientMode: 'none', fillOpacity: 20 },
  }),
  /** Nothing where there is nothing, in a list of single messages. */
  blank: (): DynamicConfigValue => ({
    id: 'mappings',
    value: [{ type: 'special', options: { match: 'null', result: { text: '' } } }],
  }),
  /** The titles of the field's links instead of addresses. */
  links: (): DynamicConfigValue => ({ id: 'custom.cellOptions', value: { type: 'data-links' } }),
  /** Colours that change at the given values, in place of the metric's own. */
  threshold: (steps: ThresholdsConfigBuilder): DynamicConfigValue[] => [
    { id: 'thresholds', value: steps.build() },
    { id: 'color', value: { mode: FieldColorModeId.Thresholds } },
  ],
  total: (): DynamicConfigValue => ({ id: 'custom.footer.reducers', value: ['sum'] }),
  /** A bar of the value in the cell; shares are measured on the whole. */
  bar: (max?: number): DynamicConfigValue[] => [
    { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
    { id: 'custom.minWidth', value: 110 },
    { id: 'min', value: 0 },
    // Else the largest number of all columns would be the measure.
    max === undefined ? { id: 'fieldMinMax', value: true } : { id: 'max', value: max },
  ],
};
