import { type DataSourceInstanceSettings } from '@grafana/data';
import {
  type BackendSrv,
  type BackendSrvRequest,
  type DataSourceSrv,
  setBackendSrv,
  setDataSourceSrv,
  type TemplateSrv,
} from '@grafana/runtime';
import { of, throwError } from 'rxjs';

import manifest from '../../plugin.json';
import { DataSource } from '../datasource';
import { type ParleyOptions } from '../types';
import { catalog } from './catalog';
import { templates } from './templates';

export type Answer = (request: BackendSrvRequest) => unknown;

/** What the backend says to a resource call that no test cares about. */
export const answerByDefault: Answer = ({ url }) => {
  if (url.endsWith('/resources/catalog')) {
    return catalog;
  }
  return url.endsWith('/resources/values') ? { values: [{ value: '7', text: 'Sales' }] } : { results: {} };
};

/** A failure as Grafana's HTTP client reports it. */
export function refusal(message: string) {
  return { status: 400, statusText: 'Bad Request', data: { message }, config: { url: '' } };
}

/** A data source, and the requests that its backend got. An answer that throws is a failure. */
export function fakeDataSource(answer: Answer = answerByDefault, variables: TemplateSrv = templates({})) {
  const requests: BackendSrvRequest[] = [];
  setBackendSrv({
    fetch: (request: BackendSrvRequest) => {
      requests.push(request);
      try {
        return of({ data: answer(request), status: 200, ok: true });
      } catch (error) {
        return throwError(() => error);
      }
    },
  } as unknown as BackendSrv);
  const settings = {
    uid: 'parley',
    id: 1,
    name: 'Parley',
    type: manifest.id,
    meta: { id: manifest.id },
    jsonData: {},
  } as unknown as DataSourceInstanceSettings<ParleyOptions>;
  const datasource = new DataSource(settings, variables);
  setDataSourceSrv({
    getInstanceSettings: () => settings,
    get: () => Promise.resolve(datasource),
  } as unknown as DataSourceSrv);
  return { datasource, requests };
}
