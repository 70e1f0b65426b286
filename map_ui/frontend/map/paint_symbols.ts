/** Canvas drawing of areas, lines and points from the catalogue's symbols. */
import type Point from "@mapbox/point-geometry";
import type { Feature, LabelSymbolizer, Layout, PaintSymbolizer } from "protomaps-leaflet";
import type { MapSymbol } from "../api_types";
import { iconPath } from "./icon_paths";
import { patternFill } from "./patterns";

// What lies under a zone, and its name, stay readable.
const PATTERN_STRENGTH = 0.6;

export type SymbolOf = (feature: Feature) => MapSymbol;
export type Opacity = () => number;

function trace(ctx: CanvasRenderingContext2D, geom: Point[][], close: boolean): void {
  ctx.beginPath();
  for (const part of geom) {
    part.forEach((point, index) => (index === 0 ? ctx.moveTo(point.x, point.y) : ctx.lineTo(point.x, point.y)));
    if (close) ctx.closePath();
  }
}

function strokeWith(ctx: CanvasRenderingContext2D, symbol: MapSymbol, colour: string, opacity: number): void {
  ctx.globalAlpha = opacity;
  ctx.strokeStyle = colour;
  ctx.lineWidth = symbol.stroke_width ?? 1;
  ctx.lineJoin = "round";
  ctx.lineCap = symbol.dash?.length ? "butt" : "round";
  ctx.setLineDash(symbol.dash ?? []);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Fill, then pattern, then outline. */
export class AreaPaint implements PaintSymbolizer {
  constructor(
    private readonly symbolOf: SymbolOf,
    private readonly opacity: Opacity = () => 1,
  ) {}

  draw(ctx: CanvasRenderingContext2D, geom: Point[][], _zoom: number, feature: Feature): void {
    const symbol = this.symbolOf(feature);
    const opacity = this.opacity();
    trace(ctx, geom, true);
    if (symbol.fill) {
      ctx.globalAlpha = opacity * (symbol.fill_opacity ?? 1);
      ctx.fillStyle = symbol.fill;
      ctx.fill();
    }
    const pattern = symbol.pattern ? patternFill(ctx, symbol.pattern, symbol.stroke ?? symbol.fill ?? "#555") : null;
    if (pattern) {
      ctx.globalAlpha = opacity * PATTERN_STRENGTH;
      ctx.fillStyle = pattern;
      ctx.fill();
    }
    if (symbol.stroke && symbol.stroke_width !== 0) strokeWith(ctx, symbol, symbol.stroke, opacity);
  }
}

export class LinePaint implements PaintSymbolizer {
  constructor(
    private readonly symbolOf: (feature: Feature, zoom: number) => MapSymbol | null,
    private readonly opacity: Opacity = () => 1,
  ) {}

  draw(ctx: CanvasRenderingContext2D, geom: Point[][], zoom: number, feature: Feature): void {
    const symbol = this.symbolOf(feature, zoom);
    if (!symbol) return;
    trace(ctx, geom, false);
    strokeWith(ctx, symbol, symbol.stroke ?? symbol.fill ?? "#555", this.opacity());
  }
}

/** A soft band inside an area's edge. */
export class InnerHalo implements PaintSymbolizer {
  constructor(
    private readonly colour: string,
    private readonly width: number,
  ) {}

  draw(ctx: CanvasRenderingContext2D, geom: Point[][]): void {
    ctx.save();
    trace(ctx, geom, true);
    ctx.clip();
    ctx.globalAlpha = 1;
    ctx.strokeStyle = this.colour;
    ctx.lineWidth = this.width * 2;
    ctx.stroke();
    ctx.restore();
  }
}

/** Small discs (lamps, stations of a dense network) carry no icon. */
export function carriesPin(symbol: MapSymbol): boolean {
  return Boolean(symbol.icon) && (symbol.radius ?? 10) >= 7;
}

function circle(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
}

/** Every point as a small disc, so that none is ever missing from the map. */
export class PointPaint implements PaintSymbolizer {
  constructor(
    private readonly symbolOf: SymbolOf,
    private readonly edge: string,
    private readonly fallback: string,
    private readonly opacity: Opacity = () => 1,
  ) {}

  draw(ctx: CanvasRenderingContext2D, geom: Point[][], zoom: number, feature: Feature): void {
    const symbol = this.symbolOf(feature);
    const radius = carriesPin(symbol) ? 3.5 : Math.min(symbol.radius ?? 4, zoom - 9);
    ctx.globalAlpha = this.opacity();
    for (const [point] of geom) {
      if (!point) continue;
      circle(ctx, point.x, point.y, Math.max(radius, 2));
      ctx.fillStyle = symbol.fill ?? this.fallback;
      ctx.fill();
      ctx.lineWidth = 1.25;
      ctx.strokeStyle = carriesPin(symbol) ? this.edge : (symbol.stroke ?? this.edge);
      ctx.stroke();
    }
  }
}

/** The disc with its icon, where there is room for it. */
export class PointPin implements LabelSymbolizer {
  constructor(
    private readonly symbolOf: SymbolOf,
    private readonly edge: string,
    private readonly fallback: string,
    private readonly opacity: Opacity = () => 1,
  ) {}

  place(_layout: Layout, geom: Point[][], feature: Feature) {
    const symbol = this.symbolOf(feature);
    const anchor = geom[0]?.[0];
    if (!anchor || !carriesPin(symbol)) return undefined;
    const radius = Math.max(symbol.radius ?? 10, 9);
    const box = { minX: anchor.x - radius, minY: anchor.y - radius, maxX: anchor.x + radius, maxY: anchor.y + radius };
    return [{ anchor, bboxes: [box], draw: (ctx: CanvasRenderingContext2D) => this.drawPin(ctx, symbol, radius) }];
  }

  private drawPin(ctx: CanvasRenderingContext2D, symbol: MapSymbol, radius: number): void {
    ctx.globalAlpha = this.opacity();
    circle(ctx, 0, 0, radius);
    ctx.fillStyle = symbol.fill ?? this.fallback;
    ctx.fill();
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = this.edge;
    ctx.stroke();
    const path = iconPath(symbol.icon);
    if (!path) return;
    const scale = (radius * 1.3) / 15;
    ctx.scale(scale, scale);
    ctx.translate(-7.5, -7.5);
    ctx.fillStyle = "#fff";
    ctx.fill(path);
  }
}
