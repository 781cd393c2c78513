import { type PanelData } from '@grafana/data';
import { useRef, useSyncExternalStore } from 'react';

/** Options and field options of a visualization. */
export interface Look {
  options?: object;
  fieldConfig?: { defaults: object; overrides: object[] };
}

/** A panel, as Grafana's page holds it. */
interface ScenePanel {
  state: {
    key?: string;
    pluginId?: string;
    options?: { showPercentChange?: boolean; reduceOptions?: { calcs?: string[]; values?: boolean } };
  };
  subscribeToState?: (handler: () => void) => { unsubscribe: () => void };
  changePluginType?: (id: string, options?: object, fieldConfig?: object) => Promise<void>;
  onOptionsChange?: (options: object) => void;
}

declare global {
  interface Window {
    /** The page that Grafana shows: a dashboard and, in a panel editor, the edited panel. */
    __grafanaSceneContext?: {
      state?: {
        body?: { getVizPanels?: () => ScenePanel[] };
        editPanel?: { state?: { panelRef?: { resolve?: () => ScenePanel } } };
      };
    };
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

/**
 * Returns a function that hides the percent change of the edited card while its query has no
 * comparison: Grafana shows the change of a single value as 0%.
 */
export function useChange(): (isCompared: boolean) => void {
  const isHidden = useRef(false);
  return (isCompared) => {
    const panel = editedPanel();
    const isCard = panel?.state.pluginId === 'stat';
    if (isCard && !isCompared && panel.state.options?.showPercentChange) {
      panel.onOptionsChange?.({ showPercentChange: false });
      isHidden.current = true;
    } else if (isCard && isCompared && isHidden.current) {
      panel.onOptionsChange?.({ showPercentChange: true });
      isHidden.current = false;
    }
  };
}

/** A panel of the dashboard that Grafana shows, or undefined if its page cannot be reached. */
export function shownPanel(id: number | undefined): ScenePanel | undefined {
  const panels = window.__grafanaSceneContext?.state?.body?.getVizPanels?.();
  return panels?.find(({ state }) => state.key === `panel-${id}`);
}

function editedPanel(): ScenePanel | undefined {
  return window.__grafanaSceneContext?.state?.editPanel?.state?.panelRef?.resolve?.();
}

function subscribe(onChange: () => void): () => void {
  const subscription = editedPanel()?.subscribeToState?.(onChange);
  return () => subscription?.unsubscribe();
}
