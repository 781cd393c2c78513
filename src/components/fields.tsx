import { EditorField } from '@grafana/plugin-ui';
import { Combobox, type ComboboxOption, MultiCombobox, type PopoverContent, Stack, useTheme2 } from '@grafana/ui';
import { type ComponentProps, type ReactNode, useEffect, useId, useRef } from 'react';

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

/** The rows of an editor. Unlike those of plugin-ui they never get wider than the pane. */
export function Rows({ children }: { children: ReactNode }) {
  return (
    <Stack direction="column" gap={0.5} minWidth={0}>
      {children}
    </Stack>
  );
}

/** A combobox with a label. */
export function ChoiceField({ label, tooltip, ...choice }: FieldProps & ChoiceProps) {
  const id = useId();
  return (
    <EditorField label={label} tooltip={tooltip} htmlFor={id}>
      <Choice id={id} label={label} {...choice} />
    </EditorField>
  );
}

/** A combobox for several values, with a label. */
export function MultiChoiceField({ label, tooltip, ...choice }: FieldProps & MultiChoiceProps) {
  const id = useId();
  return (
    <EditorField label={label} tooltip={tooltip} htmlFor={id}>
      <MultiChoice id={id} label={label} {...choice} />
    </EditorField>
  );
}

/** A combobox with a label for screen readers only. */
export function Choice({ label, width, value, onChange, ...choice }: FieldProps & ChoiceProps & { id?: string }) {
  const labelId = useId();
  const choose = useOnce(value, onChange);
  return (
    <Box width={width}>
      <HiddenLabel id={labelId} text={label} />
      <Combobox
        {...choice}
        aria-labelledby={labelId}
        // A value that is not in the list is still shown.
        value={choice.options.find((option) => option.value === value) ?? (value ? { value } : null)}
        onChange={(option) => choose(option.value)}
      />
    </Box>
  );
}

/** A combobox for several values, with a label for screen readers only. */
export function MultiChoice({ label, width, onChange, ...choice }: FieldProps & MultiChoiceProps & { id?: string }) {
  const labelId = useId();
  return (
    <Box width={width}>
      <HiddenLabel id={labelId} text={label} />
      <MultiCombobox
        {...choice}
        aria-labelledby={labelId}
        isClearable
        onChange={(options) => onChange(options.map((option) => option.value))}
      />
    </Box>
  );
}

/** Comboboxes fill the box around them, which shrinks if there is less room. */
function Box({ width = 25, children }: { width?: number; children: ReactNode }) {
  const theme = useTheme2();
  return <div style={{ width: theme.spacing(width), maxWidth: '100%', minWidth: 0 }}>{children}</div>;
}

/**
 * Calls onChange once per choice. A combobox repeats the call until it is rendered with
 * the new value, and pages that update their state at once, such as Explore and the
 * settings, would loop.
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

/** The accessible name of a combobox, which must come from another element. */
function HiddenLabel({ id, text }: { id: string; text: string }) {
  return (
    <span id={id} hidden>
      {text}
    </span>
  );
}
