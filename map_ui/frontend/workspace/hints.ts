/** One line that says what the person can do now. */
import { SNAP_ZOOM } from "./neighbours";
import type { Tool } from "./shape_editor";
import type { DraftKeeper } from "./keeping";
import { w } from "./words";

export interface Doing {
  tool: Tool;
  points: boolean;
  holds: boolean;
  zoom: number;
  keeper: DraftKeeper;
}

export function hintFor({ tool, points, holds, zoom, keeper }: Doing): string {
  if (keeper.state === "refused") return w("keeping.refused_text", { why: keeper.refusal });
  if (tool === "draw") return w(points ? "hint.draw_point" : "hint.draw");
  if (tool === "cut") return w("hint.cut");
  if (zoom < SNAP_ZOOM) return w("hint.zoom");
  if (!holds) return w("hint.pick");
  return tool === "corners" && !points ? w("hint.corners") : "";
}
