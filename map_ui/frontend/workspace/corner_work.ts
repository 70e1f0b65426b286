/** What typed positions do: set the next corner of a drawing, or add, move and remove corners of the shape in hand. */
import type { LonLat } from "../api_types";
import type { Zone } from "../coordinates";
import type { CornerChoice } from "./corner_choice";
import { bestPlace, insertedAfter, withCorner, withoutCorner, type Corner, type CornerPath } from "./corner_edits";
import type { Editor } from "./editor";
import { showCorner } from "./editor_parts";
import { w } from "./words";

export class CornerWork {
  constructor(
    readonly editor: Editor,
    readonly choice: CornerChoice,
  ) {}

  get zone(): Zone {
    return this.editor.options.zone;
  }

  get points(): boolean {
    return this.editor.form?.geometry_type === "Point";
  }

  get corners(): Corner[] {
    const { shapes } = this.editor;
    return shapes.drawing ? shapes.corners.map((position, index) => ({ path: [index], position })) : this.choice.corners;
  }

  /** Corners that are set can be changed; those of a cut in progress cannot. */
  get changeable(): boolean {
    return this.editor.shapes.tool !== "cut" && !this.editor.locked;
  }

  /** Where the next corner is measured from: the last of the drawing, or the chosen one. */
  get start(): { position: LonLat; before: LonLat | null } | null {
    const { shapes } = this.editor;
    if (!shapes.drawing) return this.choice.corner;
    const position = shapes.corners.at(-1);
    return position ? { position, before: shapes.corners.at(-2) ?? null } : null;
  }

  /** Adds a corner exactly there; with nothing in hand a drawing starts with it. */
  add(position: LonLat): void {
    const { editor, choice } = this;
    const { geometry, shapes } = editor;
    if (geometry && !shapes.drawing) {
      const path = choice.path ?? bestPlace(geometry, position, this.zone) ?? [];
      editor.changeGeometry(insertedAfter(geometry, path, position), w(this.points ? "act.corner" : "act.corner_added"));
      if (!this.points) choice.choose([...path.slice(0, -1), (path.at(-1) ?? 0) + 1]);
    } else {
      if (!shapes.drawing) editor.draw();
      shapes.addCorner(position);
    }
    showCorner(editor.options.map, position);
    editor.refresh();
  }

  move(path: CornerPath, position: LonLat): void {
    const { editor } = this;
    const { geometry, shapes } = editor;
    if (shapes.drawing) {
      const index = path[0] ?? 0;
      shapes.redraw(shapes.corners.map((corner, n) => (n === index ? position : corner)));
    } else if (geometry) editor.changeGeometry(withCorner(geometry, path, position), w("act.corner"));
  }

  /** False when the shape would have too few corners left. */
  remove(path: CornerPath): boolean {
    const { editor } = this;
    const { geometry, shapes } = editor;
    if (shapes.drawing) {
      shapes.redraw(shapes.corners.filter((_, n) => n !== path[0]));
      return true;
    }
    const left = geometry && withoutCorner(geometry, path);
    if (left) editor.changeGeometry(left, w("act.corner_removed"));
    return left !== null;
  }
}
