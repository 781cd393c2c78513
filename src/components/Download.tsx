import { type DataQueryRequest, locationUtil, type PanelData } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, Dropdown, Menu, Stack } from '@grafana/ui';

import { type DataSource } from '../datasource';
import { downloadUrl } from '../download';
import { type Format, FORMATS } from '../exportPath';
import { type ParleyQuery } from '../types';

interface Props {
  datasource: DataSource;
  refId: string;
  /** The last response, with the query that was asked. */
  data?: PanelData;
}

/** Downloads all rows of the query as a file. */
export function Download({ datasource, refId, data }: Props) {
  const request = data?.request as DataQueryRequest<ParleyQuery> | undefined;
  if (!request?.targets.some((target) => target.refId === refId)) {
    return null;
  }
  const titles: Record<Format, string> = {
    xlsx: 'Excel (XLSX)',
    csv: 'CSV',
    tsv: t('download.tsv', 'TSV, all columns'),
    pdf: 'PDF',
  };
  const menu = () => (
    <Menu>
      {FORMATS.map((format) => (
        <Menu.Item
          key={format}
          label={titles[format]}
          url={locationUtil.assureBaseUrl(downloadUrl(datasource, request, refId, format) ?? '')}
          target="_blank"
        />
      ))}
    </Menu>
  );
  return (
    <Stack>
      <Dropdown overlay={menu} placement="bottom-start">
        <Button type="button" variant="secondary" fill="text" size="sm" icon="download-alt">
          {t('download.title', 'Download')}
        </Button>
      </Dropdown>
    </Stack>
  );
}
