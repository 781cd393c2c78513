import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type GridPos, type Panel, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

/** Grafana's grid. */
export const COLUMNS = 24;

/** What all builders of panels have in common. */
export interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
  gridPos(position: GridPos): this;
}

/** A place in a band: one panel as high as the band, or several, each with its height, one over the other. */
export interface Cell {
  width: number;
  panel: PanelBuilder | Array<{ height: number; panel: PanelBuilder }>;
}

/** Panels side by side. With a title a line stands above them. */
export interface Band {
  title?: string;
  height: number;
  cells: Cell[];
}

/** Panels of one width side by side. */
export function equally(height: number, panels: PanelBuilder[], title?: string): Band {
  return { height, title, cells: panels.map((panel) => ({ width: COLUMNS / panels.length, panel })) };
}

/** Puts the bands under each other and numbers the panels. */
export function place(bands: Band[]): Array<PanelBuilder | RowBuilder> {
  const placed: Array<PanelBuilder | RowBuilder> = [];
  let y = 0;
  for (const band of bands) {
    if (band.title) {
      placed.push(new RowBuilder(band.title).id(placed.length + 1).gridPos({ x: 0, y, w: COLUMNS, h: 1 }));
      y += 1;
    }
    let x = 0;
    for (const { width, panel } of band.cells) {
      let down = 0;
      for (const one of Array.isArray(panel) ? panel : [{ height: band.height, panel }]) {
        placed.push(one.panel.id(placed.length + 1).gridPos({ x, y: y + down, w: width, h: one.height }));
        down += one.height;
      }
      x += width;
    }
    y += band.height;
  }
  return placed;
}
