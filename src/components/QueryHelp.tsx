import { type QueryEditorHelpProps } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { getDataSourceSrv } from '@grafana/runtime';
import { Button, Stack, Text } from '@grafana/ui';
import { useEffect, useState } from 'react';

import { DataSource } from '../datasource';
import { VERSION } from '../query';
import { type ParleyQuery, type Report } from '../types';

/** The help: each report, one click away. */
export function QueryHelp({ query, onClickExample }: QueryEditorHelpProps<ParleyQuery>) {
  const [reports, setReports] = useState<Report[]>([]);
  const uid = query?.datasource?.uid;
  useEffect(() => {
    let wanted = true;
    getDataSourceSrv()
      .get(uid ? { uid } : undefined)
      .then((datasource) => (datasource instanceof DataSource ? datasource.catalog() : undefined))
      .then((catalog) => wanted && setReports(catalog?.reports ?? []))
      // The editor already shows the error.
      .catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [uid]);

  return (
    <Stack direction="column" gap={2}>
      <Text element="h3">{t('queryHelp.title', 'Reports')}</Text>
      <Text element="p" color="secondary">
        <Trans i18nKey="queryHelp.introduction">
          A report is a ready-made query. Choose one, then change its metrics, groups and filters. The tooltip of
          Metrics shows their definitions.
        </Trans>
      </Text>
      {reports.map((report) => (
        <div key={report.id}>
          <Button
            fill="text"
            size="sm"
            onClick={() => onClickExample({ refId: query?.refId ?? 'A', version: VERSION, report: report.id })}
          >
            {report.title}
          </Button>
          {report.description && (
            <Text element="p" color="secondary" variant="bodySmall">
              {report.description}
            </Text>
          )}
        </div>
      ))}
    </Stack>
  );
}
