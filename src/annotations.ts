import { type AnnotationSupport } from '@grafana/data';

import { AnnotationEditor } from './components/AnnotationEditor';
import { VERSION } from './query';
import { type ParleyQuery } from './types';

const DEFAULT: ParleyQuery = { refId: 'Anno', version: VERSION, report: 'campaign_sends' };

/** Annotations: events on the charts of a dashboard. */
export const annotationSupport: AnnotationSupport<ParleyQuery> = {
  QueryEditor: AnnotationEditor,

  getDefaultQuery: () => DEFAULT,

  /** Replaces a query left over from another data source. */
  prepareQuery: ({ target }) => (target?.report ? target : DEFAULT),
};
