import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type GridPos, type Panel, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

/** The width of Grafana's grid. */
export const COLUMNS = 24;

/** The part of all panel builders that the layout uses. */
export interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
  gridPos(position: GridPos): this;
}

/** A column of a band: a panel with the height of the band, or several bands below each other. */
export type Cell = { width: number } & ({ panel: PanelBuilder } | { bands: Band[] });

/** Panels side by side. A title adds a row header above them. */
export interface Band {
  title?: string;
  height: number;
  cells: Cell[];
}

/** Panels of equal width side by side, in the whole grid or a part of it. */
export function equally(
  height: number,
  panels: PanelBuilder[],
  { title, width = COLUMNS }: { title?: string; width?: number } = {}
): Band {
  return { height, title, cells: panels.map((panel) => ({ width: width / panels.length, panel })) };
}

/** Panels of equal size in rows. */
export function inRows(height: number, perRow: number, panels: PanelBuilder[]): Band[] {
  const rows = Math.ceil(panels.length / perRow);
  return Array.from({ length: rows }, (_, row) => equally(height, panels.slice(row * perRow, (row + 1) * perRow)));
}

/** Places the bands below each other and numbers the panels. */
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
