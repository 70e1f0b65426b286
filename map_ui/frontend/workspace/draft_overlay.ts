/** The draft on the map: new, changed and deleted features, each told apart by line and colour. */
import L from "leaflet";
import { token } from "../dom";
import type { Draft } from "./draft";
import type { Kind } from "./types";

const PANE = "draft";
const LOOK: Record<Kind, { colour: string; dash: string | null }> = {
  create: { colour: "good", dash: null },
  update: { colour: "map-select", dash: "7 4" },
  delete: { colour: "bad", dash: "2 6" },
};

export function changeStyle(kind: Kind): L.PathOptions {
  const { colour, dash } = LOOK[kind];
  const paint = token(colour);
  return { color: paint, weight: 3, fillColor: paint, fillOpacity: kind === "delete" ? 0.05 : 0.16, ...(dash ? { dashArray: dash } : {}) };
}

export class DraftOverlay {
  private readonly group = L.layerGroup();
  private hidden: string | null = null;

  constructor(
    map: L.Map,
    private readonly draft: Draft,
    private readonly open: (key: string) => void,
  ) {
    map.createPane(PANE).classList.add("draft-pane");
    this.group.addTo(map);
    draft.onChange(() => this.draw());
    document.addEventListener("themechange", () => this.draw());
    this.draw();
  }

  /** The feature in hand is drawn by its editor. */
  hide(key: string | null): void {
    this.hidden = key;
    this.draw();
  }

  private draw(): void {
    this.group.clearLayers();
    for (const { key, kind } of this.draft.operations) {
      const geometry = this.draft.geometry(key);
      if (!geometry || key === this.hidden) continue;
      const style = { ...changeStyle(kind), pane: PANE, bubblingMouseEvents: false, pmIgnore: true, snapIgnore: kind === "delete" };
      const shape = L.geoJSON(geometry, { pane: PANE, style, pointToLayer: (_, at) => L.circleMarker(at, { ...style, radius: 9 }) });
      for (const part of shape.getLayers()) {
        Object.assign((part as L.Path).options, { snapIgnore: kind === "delete", pmIgnore: true });
        part.on("click", () => this.open(key));
        this.group.addLayer(part);
      }
    }
  }
}
