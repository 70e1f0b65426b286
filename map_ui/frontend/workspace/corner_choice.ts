/** The corner that keys and typed numbers are about: one of the shape in hand, marked on the map. */
import L from "leaflet";
import type { LonLat } from "../api_types";
import { token } from "../dom";
import { formatNumber } from "../format";
import { say } from "../shell/messages";
import { cornerAt, cornersOf, insertedAfter, mapped, samePath, withCorner, withoutCorner, type Corner, type CornerPath } from "./corner_edits";
import type { Editor } from "./editor";
import { showCorner } from "./editor_parts";
import { boundsOf } from "./geometry";
import { roundedPosition, shifted, turned } from "./planar";
import { w } from "./words";

export class CornerChoice {
  path: CornerPath | null = null;
  /** Moved by keys and not in the draft yet: keys that are held down make one step. */
  private moved: { geometry: GeoJSON.Geometry; label: string } | null = null;
  private key: string | null = null;
  private readonly mark: L.CircleMarker;
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly editor: Editor) {
    this.mark = L.circleMarker([0, 0], { radius: 11, weight: 3, fill: false, interactive: false, pmIgnore: true, snapIgnore: true } as L.CircleMarkerOptions);
    editor.onChange(() => this.follow());
    document.addEventListener("keyup", (event) => event.key.startsWith("Arrow") && this.settle());
    window.addEventListener("blur", () => this.settle());
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  get corners(): Corner[] {
    return cornersOf(this.geometry);
  }

  get corner(): { position: LonLat; before: LonLat | null } | null {
    return cornerAt(this.geometry, this.path);
  }

  choose(path: CornerPath | null): void {
    if (samePath(this.path, path)) return;
    this.settle();
    this.path = path;
    const { corner } = this;
    if (corner) showCorner(this.editor.options.map, corner.position);
    this.show();
  }

  /** The next corner (1) or the one before (-1), round and round; false where there are none. */
  step(by: 1 | -1): boolean {
    const { corners } = this;
    if (corners.length === 0 || this.editor.locked || this.editor.shapes.drawing) return false;
    const now = corners.findIndex(({ path }) => samePath(path, this.path));
    const next = now < 0 ? (by > 0 ? 0 : corners.length - 1) : (now + by + corners.length) % corners.length;
    this.choose(corners[next]?.path ?? null);
    return true;
  }

  /** Moves the chosen corner, or the whole shape with the tool that moves it, by metres; false with neither. */
  nudge(eastM: number, northM: number): boolean {
    const { geometry, editor, corner, path } = this;
    const { zone } = editor.options;
    if (!geometry || editor.locked) return false;
    if (editor.shapes.tool === "drag") this.preview(mapped(geometry, (position) => shifted(position, eastM, northM, zone)), w("act.drag"));
    else if (path && corner) this.preview(withCorner(geometry, path, shifted(corner.position, eastM, northM, zone)), w("act.corner"));
    else return false;
    return true;
  }

  /** Turns the shape clockwise about the middle of its extent; false unless the turning tool is in hand. */
  turn(degrees: number): boolean {
    const { geometry, editor } = this;
    if (!geometry || editor.shapes.tool !== "rotate") return false;
    const { lng, lat } = boundsOf(geometry).getCenter();
    this.preview(mapped(geometry, (position) => turned(position, [lng, lat], degrees, editor.options.zone)), w("act.rotate"));
    return true;
  }

  /** Deletes the chosen corner; false when none is chosen. */
  remove(): boolean {
    const { geometry, path, corner } = this;
    if (!geometry || !path || !corner || geometry.type === "Point") return false;
    const left = withoutCorner(geometry, path);
    if (!left) {
      say(w("corner.too_few"), "caution");
      return true;
    }
    const index = path.at(-1) ?? 0;
    this.editor.changeGeometry(left, w("act.corner_removed"));
    this.path = cornerAt(left, path) ? path : [...path.slice(0, -1), Math.max(0, index - 1)];
    this.show();
    return true;
  }

  /** Adds a corner in the middle of the edge after the chosen one; false when none is chosen. */
  insert(): boolean {
    const { geometry, path, corner, corners } = this;
    if (!geometry || !path || !corner || geometry.type === "Point") return false;
    const next = corners.find((entry) => samePath(entry.path, [...path.slice(0, -1), (path.at(-1) ?? 0) + 1])) ?? (geometry.type === "MultiPolygon" ? corners.find((entry) => samePath(entry.path, [...path.slice(0, -1), 0])) : null);
    if (!next) return false;
    const middle = roundedPosition([(corner.position[0] + next.position[0]) / 2, (corner.position[1] + next.position[1]) / 2]);
    this.editor.changeGeometry(insertedAfter(geometry, path, middle), w("act.corner_added"));
    this.choose([...path.slice(0, -1), (path.at(-1) ?? 0) + 1]);
    return true;
  }

  /** Which corner it is, where it lies to the centimetre, and what the keys do with it. */
  get hint(): string | null {
    const { corner, corners, path } = this;
    if (!corner) return null;
    const [easting, northing] = this.editor.options.zone.toMetres(corner.position);
    const n = corners.findIndex((entry) => samePath(entry.path, path)) + 1;
    return w("hint.corner", { n, of: corners.length, x: formatNumber(northing), y: formatNumber(easting) });
  }

  private get geometry(): GeoJSON.Geometry | null {
    return this.moved?.geometry ?? this.editor.geometry;
  }

  private preview(geometry: GeoJSON.Geometry, label: string): void {
    this.moved = { geometry, label };
    this.editor.shapes.show(geometry);
    this.editor.live(geometry);
    this.show();
  }

  private settle(): void {
    const { moved } = this;
    this.moved = null;
    if (moved) this.editor.changeGeometry(moved.geometry, moved.label);
  }

  private follow(): void {
    if (this.editor.key !== this.key) {
      this.key = this.editor.key;
      this.moved = null;
      this.path = null;
    }
    if (this.path && !this.corner) this.path = null;
    this.show();
  }

  private show(): void {
    const { corner } = this;
    if (corner && !this.editor.locked) this.mark.setLatLng(latLng(corner.position)).setStyle({ color: token("accent") }).addTo(this.editor.options.map);
    else this.mark.remove();
    this.editor.refreshHint();
    for (const listener of this.listeners) listener();
  }
}

function latLng([lon, lat]: LonLat): L.LatLng {
  return L.latLng(lat, lon);
}
