import { t } from '@grafana/i18n';
import { AccessoryButton, EditorField, InputGroup } from '@grafana/plugin-ui';
import { Button, type ComboboxOption, Input, Stack } from '@grafana/ui';
import { useId } from 'react';

import { type Order } from '../types';
import { Choice } from './fields';

interface OrderListProps {
  options: ComboboxOption[];
  most: number;
  orders: Order[];
  onChange: (orders: Order[]) => void;
}

/** The columns to sort by, the first one first. */
export function OrderList({ options, most, orders, onChange }: OrderListProps) {
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
                ? t('orderBy.descending', 'Sort ascending')
                : t('orderBy.ascending', 'Sort descending')
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

/** The row limit. */
export function LimitField({ limit, placeholder, onChange }: LimitFieldProps) {
  const id = useId();
  return (
    <EditorField label={t('queryEditor.limit', 'Row limit')}>
      <Input
        id={id}
        // Follows the query, but not while someone is typing.
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
