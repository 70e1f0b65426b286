/** One line that says what the person can do now. */
import type { Editor } from "./editor";
import { SNAP_ZOOM } from "./neighbours";
import { w } from "./words";

export function hintOf({ toolHint, shapes, form, holds, locked, options }: Editor): string {
  const { keeper, map } = options;
  const points = form?.geometry_type === "Point";
  const special = toolHint();
  if (special !== null) return special;
  if (keeper.state === "refused") return w("keeping.refused_text", { why: keeper.refusal });
  if (shapes.tool === "draw") return w(points ? "hint.draw_point" : "hint.draw");
  if (shapes.tool === "cut") return w("hint.cut");
  if (shapes.tool === "split") return w("hint.split");
  if (locked) return w(holds ? "hint.locked" : "hint.locked_pick");
  if (map.getZoom() < SNAP_ZOOM) return w("hint.zoom");
  if (!holds) return w("hint.pick");
  return shapes.tool === "corners" && !points ? w("hint.corners") : "";
}
