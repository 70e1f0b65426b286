/** Shared boundaries: while switched on, a corner of the shape in hand takes the neighbours along. */
import L from "leaflet";
import { iconButton, token } from "../dom";
import { cornersOf } from "./corner_edits";
import type { ShapeActs } from "./shape_acts";
import { movedCorner, withMoved } from "./shared_corners";
import { w } from "./words";

const PANE = "shared-boundary";

export class SharedBoundary {
  readonly button: HTMLButtonElement;
  private on = false;
  private readonly shapes = L.layerGroup();

  constructor(private readonly acts: ShapeActs) {
    const { editor } = acts;
    this.button = iconButton("unfold-horizontal", w("edit.shared"), () => this.toggle(), { "aria-pressed": "false", "aria-keyshortcuts": "B" });
    editor.options.map.createPane(PANE).classList.add("draft-pane");
    this.shapes.addTo(editor.options.map);
    editor.onChange(() => this.follow());
  }

  get hint(): string | null {
    const { editor } = this.acts;
    return this.on && editor.holds && editor.shapes.tool === "corners" ? w("hint.shared") : null;
  }

  toggle(): void {
    this.on = !this.on;
    this.button.setAttribute("aria-pressed", String(this.on));
    this.acts.editor.refresh();
  }

  /** Takes an edit of corners and moves the neighbours too; false when the edit is the shape's alone. */
  takes(after: GeoJSON.Geometry): boolean {
    const before = this.acts.editor.geometry;
    if (!this.on || !before || after.type !== "MultiPolygon" || before.type !== "MultiPolygon") return false;
    const [many, now] = [cornersOf(before).length, cornersOf(after).length];
    if (Math.abs(many - now) > 1 || (many === now && !movedCorner(before, after))) return false;
    void this.move(before, after).finally(() => this.shapes.clearLayers());
    return true;
  }

  /** Draws the neighbours as they will be, while a corner is dragged. */
  preview(after: GeoJSON.Geometry | null): void {
    const { editor, draft } = this.acts;
    const { hand, geometry: before } = editor;
    this.shapes.clearLayers();
    const step = this.on && hand && before && after ? movedCorner(before, after) : null;
    if (!step || !hand) return;
    const drawn = draft.operations.filter(({ key, layer, kind }) => layer === hand.form.layer && kind !== "delete" && key !== hand.key).flatMap(({ key }) => draft.geometry(key) ?? []);
    const style = { color: token("map-select"), weight: 2, dashArray: "4 4", fillOpacity: 0.08, interactive: false, pane: PANE, pmIgnore: true, snapIgnore: true };
    for (const shape of [...editor.neighbours.of(hand.form.layer), ...drawn]) {
      const moved = withMoved(shape, step);
      if (moved) this.shapes.addLayer(L.geoJSON(moved, { style, pane: PANE, interactive: false }));
    }
  }

  private async move(before: GeoJSON.Geometry, after: GeoJSON.Geometry): Promise<void> {
    const { hand, shapes } = this.acts.editor;
    if (!hand) return;
    shapes.use("none"); // until the answer is here, so that nothing is dragged in between
    const answer = await this.acts.ask("boundary", [hand], { before, after });
    if (!answer) return;
    this.acts.act(w("act.boundary"), await this.acts.updates(hand.form, answer.updates));
    const beside = answer.updates.filter(({ neighbour }) => neighbour).length;
    if (beside === 0) return;
    this.acts.tell([w("shapes.boundary")], answer);
  }

  private follow(): void {
    const { editor } = this.acts;
    const area = editor.form?.geometry_type === "MultiPolygon";
    this.button.hidden = !area;
    this.button.disabled = editor.locked;
  }
}
