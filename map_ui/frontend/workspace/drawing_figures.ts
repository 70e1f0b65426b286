/** Figures that follow the pointer while something is drawn: the whole as it would be, and the edge to the pointer. */
import { formatLength, formatNumber } from "../format";
import { t } from "../i18n";
import { pointedCorner, sketchOf } from "./drawing_in_progress";
import type { Editor } from "./editor";
import { measures } from "./geometry";
import { bearingDeg, metresBetween } from "./planar";
import { w } from "./words";

export function watchPointer(editor: Editor): void {
  let waiting = false;
  editor.options.map.on("mousemove", () => {
    if (waiting || editor.shapes.tool !== "draw") return;
    waiting = true;
    // After the drawing library has moved its corner to what it snaps to.
    requestAnimationFrame(() => {
      waiting = false;
      show(editor);
    });
  });
}

function show({ shapes, form, options: { map, bar, zone } }: Editor): void {
  const { corners } = shapes;
  const [last, pointer] = [corners.at(-1), pointedCorner(map)];
  if (shapes.tool !== "draw" || !form || !last || !pointer) return;
  const { area, length } = measures(sketchOf(form.geometry_type, [...corners, pointer]), zone);
  const around = area && length ? t("measure.perimeter", { length }) : corners.length > 1 ? length : null;
  const edge = w("draw.edge", { length: formatLength(metresBetween(last, pointer, zone)), angle: formatNumber(bearingDeg(last, pointer, zone), 1) });
  bar.show([edge, area, around, w("feature.corners", { n: corners.length })].filter(Boolean).join(" · "));
}
