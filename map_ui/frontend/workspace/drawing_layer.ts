/** Which layer the keys 1, 2 and 3 draw in. */
import { say } from "../shell/messages";
import type { ViewerParts } from "../viewer/extension";
import type { Editor } from "./editor";
import type { GeometryKind } from "./geometry";
import { w } from "./words";

/** In the layer in hand, else the topmost visible one of the kind, else the first of all. */
export async function drawIn(editor: Editor, { catalog, store }: ViewerParts, kind: GeometryKind): Promise<void> {
  const fits = catalog.layers.filter(({ geometry_type, may }) => geometry_type === kind && may?.includes("edit")).map(({ slug }) => slug);
  const visible = store.visible.map(({ slug }) => slug).filter((slug) => fits.includes(slug));
  const chosen = [editor.layer ?? "", ...visible, ...fits].find((slug) => fits.includes(slug));
  if (!chosen) {
    say(w("edit.no_layer"), "caution");
    return;
  }
  if (chosen !== editor.layer) await editor.start(chosen);
  if (chosen !== editor.layer) return;
  if (editor.locked) say(w("hint.locked_pick"), "caution");
  else if (editor.shapes.tool !== "draw") editor.draw();
}
