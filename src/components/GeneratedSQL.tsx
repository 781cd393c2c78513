import { type DataFrame } from '@grafana/data';
import { t } from '@grafana/i18n';
import { EditorRow } from '@grafana/plugin-ui';
import { Button, ClipboardButton, CodeEditor, Stack } from '@grafana/ui';
import { uniq } from 'lodash';
import { useState } from 'react';

/** In pixels. */
const LINE_HEIGHT = 18;
const MAX_HEIGHT = 400;

interface Props {
  /** The frames of the last response, of every query of the panel. */
  frames?: DataFrame[];
  refId: string;
}

/** The SQL of the last response, to read and copy. */
export function GeneratedSQL({ frames = [], refId }: Props) {
  const [isOpen, setOpen] = useState(false);
  const own = frames.filter((frame) => frame.refId === refId).map((frame) => frame.meta?.executedQueryString);
  const sql = uniq(own.filter(Boolean)).join(';\n\n');
  if (!sql) {
    return null;
  }
  return (
    <EditorRow>
      <Stack direction="column" flex={1} minWidth={0}>
        <Stack direction="row" justifyContent="space-between">
          <Button
            type="button"
            variant="secondary"
            fill="text"
            size="sm"
            icon={isOpen ? 'angle-down' : 'angle-right'}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {t('generatedSQL.title', 'Generated SQL')}
          </Button>
          {isOpen && (
            <ClipboardButton type="button" variant="secondary" size="sm" icon="copy" getText={() => sql}>
              {t('generatedSQL.copy', 'Copy')}
            </ClipboardButton>
          )}
        </Stack>
        {isOpen && (
          <CodeEditor
            language="sql"
            value={sql}
            readOnly
            showMiniMap={false}
            height={Math.min((sql.split('\n').length + 2) * LINE_HEIGHT, MAX_HEIGHT)}
          />
        )}
      </Stack>
    </EditorRow>
  );
}
