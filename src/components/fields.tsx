import { EditorField } from '@grafana/plugin-ui';
import { Combobox, type ComboboxOption, MultiCombobox, type PopoverContent, useTheme2 } from '@grafana/ui';
import { type ComponentProps, useEffect, useId, useRef } from 'react';

interface FieldProps {
  label: string;
  tooltip?: PopoverContent;
  /** In units of the theme's spacing. */
  width?: number;
}

interface ChoiceProps {
  options: ComboboxOption[];
  value?: string;
  onChange: (value: string) => void;
  placeholder?: string;
}

type MultiChoiceProps = Pick<ComponentProps<typeof MultiCombobox<string>>, 'options' | 'value' | 'createCustomValue'> & {
  onChange: (values: string[]) => void;
  placeholder?: string;
};

/** A labelled choice of one. */
export function ChoiceField({ label, tooltip, ...choice }: FieldProps & ChoiceProps) {
  const id = useId();
  return (
    <EditorField label={label} tooltip={tooltip} htmlFor={id}>
      <Choice id={id} label={label} {...choice} />
    </EditorField>
  );
}

/** A labelled choice of several. */
export function MultiChoiceField({ label, tooltip, ...choice }: FieldProps & MultiChoiceProps) {
  const id = useId();
  return (
    <EditorField label={label} tooltip={tooltip} htmlFor={id}>
      <MultiChoice id={id} label={label} {...choice} />
    </EditorField>
  );
}

/** A choice of one whose label is only read out. */
export function Choice({ label, width = 25, value, onChange, ...choice }: FieldProps & ChoiceProps & { id?: string }) {
  const labelId = useId();
  const choose = useOnce(value, onChange);
  return (
    <div>
      <HiddenLabel id={labelId} text={label} />
      <Combobox
        {...choice}
        aria-labelledby={labelId}
        width={width}
        // A choice that is no longer on offer is still shown.
        value={choice.options.find((option) => option.value === value) ?? (value ? { value } : null)}
        onChange={(option) => choose(option.value)}
      />
    </div>
  );
}

/** A choice of several whose label is only read out. */
export function MultiChoice({ label, width = 25, onChange, ...choice }: FieldProps & MultiChoiceProps & { id?: string }) {
  const labelId = useId();
  const theme = useTheme2();
  return (
    // The box inside shows as many values as it has room for, and knows its room only from what is around it.
    <div style={{ width: theme.spacing(width), maxWidth: '100%' }}>
      <HiddenLabel id={labelId} text={label} />
      <MultiCombobox
        {...choice}
        aria-labelledby={labelId}
        isClearable
        onChange={(options) => onChange(options.map((option) => option.value))}
      />
    </div>
  );
}

/**
 * Takes a choice once. A combobox repeats it until it has seen itself with it, which
 * pages that change their state at once, such as Explore and the settings, take for
 * changes without end.
 */
export function useOnce<Value extends string | undefined>(
  value: string | undefined,
  onChange: (value: Value) => void
): (value: Value) => void {
  const last = useRef(value);
  useEffect(() => {
    last.current = value;
  }, [value]);
  return (chosen) => {
    if (chosen !== last.current) {
      last.current = chosen;
      onChange(chosen);
    }
  };
}

/** Names the input of a combobox, which takes its name from another element only. */
function HiddenLabel({ id, text }: { id: string; text: string }) {
  return (
    <span id={id} hidden>
      {text}
    </span>
  );
}
