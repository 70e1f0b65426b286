/** Geoman on one shape at a time: draw a new one, move corners, drag, turn, cut. Loaded when it is first needed. */
import L from "leaflet";
import type { LonLat } from "../api_types";
import { token } from "../dom";
import { addDrawnCorner, drawnCorners, removeDrawnCorner, sketchOf } from "./drawing_in_progress";
import { gathered, geometryOf, keepCorners, promoted, shapeOf, type GeometryKind, type Shape } from "./geometry";

export type Tool = "corners" | "drag" | "rotate" | "cut" | "split" | "draw" | "none";
const SNAP_PIXELS = 12;

let loading: Promise<void> | null = null;

/** The drawing library, once; it expects Leaflet as a global, which the canvas layer sets. */
export function loadGeoman(map: L.Map): Promise<void> {
  loading ??= import("@geoman-io/leaflet-geoman-free").then(() => {
    L.PM.setOptIn(true);
    map.options.pmIgnore = false;
    L.PM.reInitLayer(map as unknown as L.Layer);
    map.on("layeradd", ({ layer }) => layer instanceof L.Marker && leaveOut(layer.getElement()));
  });
  loading.catch(() => (loading = null)); // without a network for a moment: the next press asks again
  return loading;
}

/** Handles of corners are no stops of the Tab key: a parcel may have hundreds. Keys choose corners (corner_choice.ts). */
function leaveOut(handle: HTMLElement | undefined): void {
  if (!handle?.classList.contains("marker-icon")) return;
  handle.removeAttribute("tabindex");
  handle.removeAttribute("role");
}

export interface ShapeEditorOptions {
  map: L.Map;
  snapping(): boolean;
  /** True while shapes may be looked at only. */
  locked(): boolean;
  /** After every finished act on the shape. */
  onEdit(geometry: GeoJSON.Geometry, tool: Tool): void;
  onDrawn(geometry: GeoJSON.Geometry): void;
  /** While a corner or the pointer moves: for live figures. */
  onLive(geometry: GeoJSON.Geometry | null): void;
  onToolEnd(): void;
}

export class ShapeEditor {
  tool: Tool = "none";
  private shape: Shape | null = null;
  private kind: GeometryKind = "MultiPolygon";
  private hit = false;
  private quiet = false;

  constructor(private readonly options: ShapeEditorOptions) {}

  /** True while a click on the shape itself is on its way to the map. */
  get clicked(): boolean {
    return this.hit;
  }

  get drawing(): boolean {
    return this.tool === "draw" || this.tool === "cut" || this.tool === "split";
  }

  /** Shows a geometry for editing in place of the one before. */
  show(geometry: GeoJSON.Geometry | null): void {
    const { tool } = this;
    this.release();
    this.shape?.remove();
    this.shape = null;
    if (geometry) {
      const shape = shapeOf(geometry, this.style(), L.divIcon({ className: "edited-point", iconSize: [22, 22] }));
      keepCorners(shape);
      Object.assign(shape.options, { noClip: true, smoothFactor: 0, pmIgnore: false, snapIgnore: false });
      this.shape = shape.addTo(this.options.map);
      L.PM.reInitLayer(shape);
      this.listen(shape);
    }
    this.use(geometry && tool !== "draw" ? tool : "none");
  }

  /** Changes the tool; false when there is nothing to use it on. */
  use(tool: Tool): boolean {
    this.release();
    this.tool = this.shape && !this.options.locked() ? tool : "none";
    const { shape } = this;
    if (!shape || this.tool === "none") return false;
    if (tool === "corners" || (tool === "drag" && shape instanceof L.Marker)) shape.pm.enable({ ...this.snap(), allowSelfIntersection: true, allowSelfIntersectionEdit: true, removeLayerBelowMinVertexCount: false });
    else if (tool === "drag") shape.pm.enableLayerDrag();
    else if (tool === "rotate" && !(shape instanceof L.Marker)) shape.pm.enableRotate();
    else if (tool === "cut") this.cut(shape);
    else if (tool === "split") this.drawLine();
    return true;
  }

  draw(kind: GeometryKind): void {
    this.show(null);
    this.tool = "draw";
    this.kind = kind;
    const { map } = this.options;
    this.followDrawing();
    const name = { Point: "Marker", MultiLineString: "Line", MultiPolygon: "Polygon" } as const;
    const colour = token("map-select");
    map.pm.enableDraw(name[kind], {
      ...this.snap(),
      tooltips: false,
      continueDrawing: false,
      allowSelfIntersection: true,
      templineStyle: { color: colour, weight: 2.5 },
      hintlineStyle: { color: colour, weight: 2, dashArray: "5 5" },
      pathOptions: { ...this.style(), pmIgnore: false } as L.PathOptions,
      markerStyle: { icon: L.divIcon({ className: "edited-point", iconSize: [22, 22] }) },
    });
    map.once("pm:create", this.onCreate);
    map.on("pm:drawend", this.onDrawEnd);
  }

  /** The corners of the drawing so far. */
  get corners(): LonLat[] {
    return this.drawing ? drawnCorners(this.options.map) : [];
  }

  /** Sets a corner exactly at a position, without snapping; a point is then drawn. False when nothing is drawn. */
  addCorner(position: LonLat): boolean {
    if (this.tool !== "draw" || this.kind !== "Point") return this.drawing && addDrawnCorner(this.options.map, position);
    this.release();
    this.options.onDrawn({ type: "Point", coordinates: position });
    return true;
  }

  /** Draws again with other corners in place of those that are set; told of once, when all are there. */
  redraw(corners: LonLat[]): void {
    this.quiet = true;
    this.draw(this.kind);
    for (const corner of corners) addDrawnCorner(this.options.map, corner);
    this.quiet = false;
    this.options.onLive(sketchOf(this.kind, this.corners));
  }

  /** Takes back the last corner of a drawing; true when there was one. */
  removeLastCorner(): boolean {
    return this.drawing && removeDrawnCorner(this.options.map);
  }

  /** Sets a corner as a click there would; false when nothing is drawn. */
  cornerAt(position: L.LatLng): boolean {
    if (!this.drawing) return false;
    const { map } = this.options;
    const point = map.latLngToContainerPoint(position);
    const event = { latlng: position, containerPoint: point, layerPoint: map.containerPointToLayerPoint(point), originalEvent: new MouseEvent("click") };
    map.fire("mousemove", event);
    map.fire("click", event);
    return true;
  }

  /** Ends a drawing or a tool; the shape stays. */
  release(): void {
    const { map } = this.options;
    map.off("pm:create", this.onCreate);
    map.off("pm:create", this.onLine);
    map.off("pm:drawend", this.onDrawEnd);
    if (this.drawing) map.pm.disableDraw();
    const { shape } = this;
    if (shape?.pm) {
      shape.pm.disable();
      shape.pm.disableLayerDrag();
      if (!(shape instanceof L.Marker)) shape.pm.disableRotate();
    }
    this.tool = "none";
  }

  close(): void {
    this.release();
    this.shape?.remove();
    this.shape = null;
  }

  /** New snapping wish while a tool is in hand. */
  again(): void {
    const { tool } = this;
    if (tool === "draw" || tool === "none") return;
    this.use(tool);
  }

  private snap() {
    return { snappable: this.options.snapping(), snapDistance: SNAP_PIXELS, snapSegment: true, snapMiddle: false };
  }

  private style(): L.PathOptions {
    const colour = token("map-select");
    const dash = this.options.locked() ? { dashArray: "2 5" } : {};
    return { color: colour, weight: 3, fillColor: colour, fillOpacity: 0.14, className: "edited-shape", ...dash };
  }

  private readonly onCreate = (event: { layer: L.Layer }) => {
    const geometry = promoted((event.layer as Shape).toGeoJSON(false).geometry as GeoJSON.Geometry);
    event.layer.remove();
    this.tool = "none";
    window.setTimeout(() => this.options.onDrawn(geometry)); // the library still clears up behind this event
  };

  private readonly onDrawEnd = () => {
    this.options.map.off("pm:drawend", this.onDrawEnd);
    if (this.tool !== "draw" && this.tool !== "split") return;
    this.tool = "none";
    this.options.onToolEnd();
  };

  private followDrawing(): void {
    const { map } = this.options;
    map.once("pm:drawstart", (event) => {
      const tell = () => !this.quiet && this.options.onLive(sketchOf(this.kind, this.corners));
      (event as unknown as { workingLayer: L.Layer }).workingLayer.on("pm:vertexadded pm:vertexremoved pm:change", tell);
    });
  }

  private listen(shape: Shape): void {
    const edited = () => this.options.onEdit(geometryOf(shape), this.tool);
    shape.on("click pm:dragend pm:rotateend pm:markerdragend", () => {
      this.hit = true;
      window.setTimeout(() => (this.hit = false), 50);
    });
    shape.on("pm:edit", edited);
    shape.on("pm:rotateend", edited);
    shape.on("pm:dragend", () => this.tool === "drag" && edited());
    shape.on("pm:markerdrag pm:change pm:drag pm:rotate", () => this.options.onLive(geometryOf(shape)));
  }

  /** A line across the shape; the shape stays as it is until somebody cuts it there. */
  private drawLine(): void {
    const { map } = this.options;
    const style = { color: token("bad"), weight: 2.5 };
    map.pm.enableDraw("Line", { ...this.snap(), tooltips: false, continueDrawing: false, allowSelfIntersection: true, templineStyle: style, hintlineStyle: { ...style, dashArray: "5 5" }, pathOptions: style });
    map.once("pm:create", this.onLine);
    map.on("pm:drawend", this.onDrawEnd);
  }

  private readonly onLine = (event: { layer: L.Layer }) => {
    const { geometry } = (event.layer as L.Polyline).toGeoJSON(false);
    event.layer.remove();
    this.tool = "none";
    window.setTimeout(() => this.options.onEdit(geometry, "split"));
  };

  /** The cut shape is another layer and may have several parts; it may be gone altogether. */
  private cut(shape: Shape): void {
    const { map } = this.options;
    map.pm.enableDraw("Cut", { ...this.snap(), layersToCut: [shape], tooltips: false, continueDrawing: false, allowSelfIntersection: false } as never);
    shape.once("pm:cut", (event) => {
      const { layer } = event as unknown as { layer: L.Layer };
      const left = gathered(layer);
      layer.remove();
      this.tool = "none";
      // The library still clears up behind this event.
      window.setTimeout(() => (left ? this.options.onEdit(left, "cut") : this.options.onToolEnd()));
    });
    map.once("pm:drawend", () => {
      if (this.tool !== "cut") return;
      this.tool = "none";
      this.options.onToolEnd();
    });
  }
}
