import { type PanelData } from '@grafana/data';
import { useSyncExternalStore } from 'react';

/** Options and field options of a visualization. */
export interface Look {
  options?: object;
  fieldConfig?: { defaults: object; overrides: object[] };
}

/** The panel that is edited, as Grafana's page holds it. */
interface EditedPanel {
  state: { pluginId?: string };
  subscribeToState?: (handler: () => void) => { unsubscribe: () => void };
  changePluginType?: (id: string, options?: object, fieldConfig?: object) => Promise<void>;
}

declare global {
  interface Window {
    /** The page that Grafana shows. Of a panel editor it holds the panel. */
    __grafanaSceneContext?: { state?: { editPanel?: { state?: { panelRef?: { resolve?: () => EditedPanel } } } } };
  }
}

interface Panel {
  /** The id of the panel's visualization, or undefined where it is not known. */
  type?: string;
  /** Selects another visualization. Undefined where Grafana's page cannot be reached. */
  show?: (type: string, look?: Look) => void;
}

/**
 * The visualization of the edited panel. The request has the one the query last ran for,
 * but Grafana does not run it again for another visualization: the edited panel itself
 * says which one is selected now.
 */
export function usePanel(data: PanelData | undefined): Panel {
  const request: { panelPluginId?: string } | undefined = data?.request;
  const type = useSyncExternalStore(subscribe, () => editedPanel()?.state.pluginId) ?? request?.panelPluginId;
  const canChange = editedPanel()?.changePluginType !== undefined;
  return { type, show: canChange ? (id, look) => void editedPanel()?.changePluginType?.(id, look?.options, look?.fieldConfig) : undefined };
}

function editedPanel(): EditedPanel | undefined {
  return window.__grafanaSceneContext?.state?.editPanel?.state?.panelRef?.resolve?.();
}

function subscribe(onChange: () => void): () => void {
  const subscription = editedPanel()?.subscribeToState?.(onChange);
  return () => subscription?.unsubscribe();
}
