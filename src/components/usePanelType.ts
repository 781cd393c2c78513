import { type PanelData } from '@grafana/data';
import { useSyncExternalStore } from 'react';

interface Panel {
  state: { pluginId?: string };
  subscribeToState: (handler: () => void) => { unsubscribe: () => void };
}

declare global {
  interface Window {
    /** The page that Grafana shows. Of a panel editor it holds the panel. */
    __grafanaSceneContext?: { state?: { editPanel?: { state?: { panelRef?: { resolve?: () => Panel } } } } };
  }
}

/**
 * The id of the panel's visualization, or undefined where it is not known. The request
 * has the one the query last ran for, but Grafana does not run it again for another
 * visualization: the edited panel itself says which one is selected now.
 */
export function usePanelType(data: PanelData | undefined): string | undefined {
  const request: { panelPluginId?: string } | undefined = data?.request;
  return useSyncExternalStore(subscribe, () => editedPanel()?.state.pluginId) ?? request?.panelPluginId;
}

function editedPanel(): Panel | undefined {
  return window.__grafanaSceneContext?.state?.editPanel?.state?.panelRef?.resolve?.();
}

function subscribe(onChange: () => void): () => void {
  const subscription = editedPanel()?.subscribeToState?.(onChange);
  return () => subscription?.unsubscribe();
}
