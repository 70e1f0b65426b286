/** The three shapes of a conflict on the map, each with a switch that is its legend too. */
import L from "leaflet";
import { h, token } from "../dom";
import type { Conflict } from "./types";
import { w } from "./words";

type Side = "base" | "theirs" | "mine";
const SIDES: Side[] = ["base", "theirs", "mine"];
const LOOK: Record<Side, { colour: string; dash: string | null; weight: number }> = {
  base: { colour: "text-soft", dash: "3 5", weight: 2.5 },
  theirs: { colour: "accent", dash: "10 4", weight: 3.5 },
  mine: { colour: "map-select", dash: null, weight: 3 },
};

function styleOf(side: Side): L.PathOptions {
  const { colour, dash, weight } = LOOK[side];
  const paint = token(colour);
  return { color: paint, weight, fillColor: paint, fillOpacity: side === "base" ? 0 : 0.14, ...(dash ? { dashArray: dash } : {}) };
}

export class ConflictShapes {
  readonly element: HTMLElement;
  private readonly groups: Record<Side, L.LayerGroup> = { base: L.layerGroup(), theirs: L.layerGroup(), mine: L.layerGroup() };

  constructor(private readonly map: L.Map) {
    this.element = h("fieldset", { class: "shape-switches" }, h("legend", {}, w("conflict.shapes")), ...SIDES.map((side) => this.choice(side)));
  }

  show(conflicts: Conflict[]): void {
    this.clear();
    for (const side of SIDES) {
      const box = this.element.querySelector<HTMLInputElement>(`#shape-${side}`);
      for (const { geometry } of conflicts) {
        const shape = geometry[side];
        if (shape) L.geoJSON(shape, { style: styleOf(side), pointToLayer: (_, at) => L.circleMarker(at, { ...styleOf(side), radius: 9 }), interactive: false, pmIgnore: true } as L.GeoJSONOptions).addTo(this.groups[side]);
      }
      if (box?.checked) this.groups[side].addTo(this.map);
    }
  }

  bounds(): L.LatLngBounds | null {
    const all = L.latLngBounds([]);
    for (const side of SIDES) for (const layer of this.groups[side].getLayers()) all.extend((layer as L.GeoJSON).getBounds());
    return all.isValid() ? all : null;
  }

  clear(): void {
    for (const side of SIDES) this.groups[side].clearLayers().remove();
  }

  private choice(side: Side): HTMLElement {
    const box = h("input", { type: "checkbox", id: `shape-${side}`, checked: true });
    box.addEventListener("change", () => (box.checked ? this.groups[side].addTo(this.map) : this.groups[side].remove()));
    return h("label", { class: `shape-switch ${side}` }, box, h("span", { class: "shape-sample", "aria-hidden": "true" }), w(`conflict.${side}`));
  }
}
