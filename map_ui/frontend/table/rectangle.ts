/** A rectangle dragged on the map, with mouse, pen or finger. */
import L from "leaflet";
import type { Bbox } from "../api_types";
import { token } from "../dom";

export class Rectangle {
  active = false;
  private shape: L.Rectangle | null = null;
  private start: L.LatLng | null = null;

  constructor(
    private readonly map: L.Map,
    private readonly onDone: (bbox: Bbox | null) => void,
  ) {
    const box = map.getContainer();
    // In the capture phase: neither the map's own dragging nor an editing tool takes the drag.
    box.addEventListener("pointerdown", (event) => this.down(event), true);
    box.addEventListener("pointermove", (event) => this.move(event), true);
    box.addEventListener("pointerup", (event) => this.up(event), true);
    for (const name of ["mousedown", "touchstart", "click"]) box.addEventListener(name, (event) => this.active && this.onMap(event) && event.stopPropagation(), true);
  }

  begin(): void {
    this.active = true;
    this.map.getContainer().classList.add("picking");
    this.map.dragging.disable();
  }

  cancel(): void {
    if (this.active) this.end(null);
  }

  private onMap({ target }: Event): boolean {
    return !(target instanceof Element && target.closest(".leaflet-control"));
  }

  private down(event: PointerEvent): void {
    if (!this.active || !this.onMap(event)) return;
    event.stopPropagation();
    this.map.getContainer().setPointerCapture(event.pointerId);
    this.start = this.map.mouseEventToLatLng(event);
    this.shape = L.rectangle(L.latLngBounds(this.start, this.start), { color: token("map-select"), weight: 2, dashArray: "5 4", fillOpacity: 0.1, interactive: false, pmIgnore: true } as L.PolylineOptions).addTo(this.map);
  }

  private move(event: PointerEvent): void {
    if (!this.active || !this.start) return;
    event.stopPropagation();
    this.shape?.setBounds(L.latLngBounds(this.start, this.map.mouseEventToLatLng(event)));
  }

  private up(event: PointerEvent): void {
    if (!this.active || !this.start) return;
    event.stopPropagation();
    const bounds = L.latLngBounds(this.start, this.map.mouseEventToLatLng(event));
    // The click that follows the drag is still ours.
    window.setTimeout(() => this.end([bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]), 0);
    this.start = null;
  }

  private end(bbox: Bbox | null): void {
    this.active = false;
    this.start = null;
    this.shape?.remove();
    this.shape = null;
    this.map.dragging.enable();
    this.map.getContainer().classList.remove("picking");
    this.onDone(bbox);
  }
}
