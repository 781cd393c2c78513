import { t } from '@grafana/i18n';
import { EditorField } from '@grafana/plugin-ui';
import { Combobox, type ComboboxOption } from '@grafana/ui';
import { uniq } from 'lodash';
import { useId } from 'react';

import { useOnce } from './fields';

/** The time zones that the browser lists. The backend accepts others too, so any can be typed. */
export const timeZones: ComboboxOption[] = uniq(['UTC', ...Intl.supportedValuesOf('timeZone')]).map((value) => ({ value }));

interface Props {
  value: string;
  onChange: (timezone: string | undefined) => void;
}

/** The time zone that a query has of its own. Without one it follows the dashboard. */
export function TimeZoneField({ value, onChange }: Props) {
  const id = useId();
  const choose = useOnce<string | undefined>(value, onChange);
  return (
    <EditorField
      label={t('queryEditor.timezone', 'Time zone')}
      tooltip={t('queryEditor.timezoneTooltip', "Set in this query. Clear it to use the dashboard's time zone.")}
      htmlFor={id}
    >
      <Combobox
        id={id}
        width={28}
        options={timeZones}
        createCustomValue
        isClearable
        value={{ value }}
        onChange={(option) => choose(option?.value)}
      />
    </EditorField>
  );
}
