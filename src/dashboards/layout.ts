import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type GridPos, type Panel, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

/** Grafana's grid. */
export const COLUMNS = 24;

/** What all builders of panels have in common. */
export interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
  gridPos(position: GridPos): this;
}

/** A place in a band: a panel as high as the band, or bands under each other. */
export type Cell = { width: number } & ({ panel: PanelBuilder } | { bands: Band[] });

/** Panels side by side. With a title a line stands above them. */
export interface Band {
  title?: string;
  height: number;
  cells: Cell[];
}

/** Panels of one width side by side, over the whole grid or a part of it. */
export function equally(
  height: number,
  panels: PanelBuilder[],
  { title, width = COLUMNS }: { title?: string; width?: number } = {}
): Band {
  return { height, title, cells: panels.map((panel) => ({ width: width / panels.length, panel })) };
}

/** Panels of one size in rows of so many. */
export function inRows(height: number, perRow: number, panels: PanelBuilder[]): Band[] {
  const rows = Math.ceil(panels.length / perRow);
  return Array.from({ length: rows }, (_, row) => equally(height, panels.slice(row * perRow, (row + 1) * perRow)));
}

/** Puts the bands under each other and numbers the panels. */
export function place(bands: Band[]): Array<PanelBuilder | RowBuilder> {
  const placed: Array<PanelBuilder | RowBuilder> = [];
  const put = (bands: Band[], left: number, top: number) => {
    let y = top;
    for (const { title, height, cells } of bands) {
      if (title) {
        placed.push(new RowBuilder(title).id(placed.length + 1).gridPos({ x: left, y, w: COLUMNS, h: 1 }));
        y += 1;
      }
      let x = left;
      for (const cell of cells) {
        if ('bands' in cell) {
          put(cell.bands, x, y);
        } else {
          placed.push(cell.panel.id(placed.length + 1).gridPos({ x, y, w: cell.width, h: height }));
        }
        x += cell.width;
      }
      y += height;
    }
  };
  put(bands, 0, 0);
  return placed;
}
