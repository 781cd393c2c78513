import { type AnnotationSupport } from '@grafana/data';

import { AnnotationEditor } from './components/AnnotationEditor';
import { VERSION } from './query';
import { type ParleyQuery } from './types';

const DEFAULT: ParleyQuery = { refId: 'Anno', version: VERSION, report: 'campaign_sends' };

/** Reports of events as marks on the charts of a dashboard. */
export const annotationSupport: AnnotationSupport<ParleyQuery> = {
  QueryEditor: AnnotationEditor,

  getDefaultQuery: () => DEFAULT,

  /** What another data source left behind in the annotation is no question. */
  prepareQuery: ({ target }) => (target?.report ? target : DEFAULT),
};
