/** Names on the map: at a point in up to three centred lines, or along a line; always with a halo. */
import Point from "@mapbox/point-geometry";
import type { Feature, LabelSymbolizer, Layout } from "protomaps-leaflet";

export const LABEL_FONT = '"Be Vietnam Pro", "Noto Sans", system-ui, sans-serif';

export interface TextStyle {
  size: number;
  weight?: 400 | 600;
  colour: string;
  halo: string;
  haloWidth?: number;
  spacing?: number;
  capitals?: boolean;
  /** Pixels from the anchor to the middle of the text; below is positive. */
  offsetY?: number;
  lineChars?: number;
  /** Pixels within which the same name is not repeated. */
  apart?: number;
}

type StyleAt = (zoom: number, feature: Feature) => TextStyle | null;

function textOf(feature: Feature, style: TextStyle): string {
  const label = feature.props["label"];
  // The map's own line of attribution says that the data is illustrative; not every name has to.
  const text = typeof label === "string" ? label.replace(/\s*\((minh họa|illustrative)\)$/, "").trim() : "";
  return style.capitals ? text.toLocaleUpperCase("vi") : text;
}

/** Words gathered into as few lines of about `limit` characters as will do, of similar length. */
export function brokenLines(text: string, limit: number): string[] {
  const count = Math.ceil(text.length / limit);
  const target = text.length / count;
  const lines: string[] = [""];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? "";
    const longer = last ? `${last} ${word}` : word;
    const better = Math.abs(longer.length - target) <= Math.abs(last.length - target);
    if (!last || better || lines.length === count) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function prepare(ctx: CanvasRenderingContext2D, style: TextStyle): void {
  ctx.font = `${style.weight ?? 400} ${style.size}px ${LABEL_FONT}`;
  ctx.letterSpacing = `${style.spacing ?? 0}px`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
}

function write(ctx: CanvasRenderingContext2D, text: string, y: number, style: TextStyle): void {
  ctx.lineJoin = "round";
  ctx.lineWidth = (style.haloWidth ?? 1.5) * 2;
  ctx.strokeStyle = style.halo;
  ctx.strokeText(text, 0, y);
  ctx.fillStyle = style.colour;
  ctx.fillText(text, 0, y);
}

export class PointText implements LabelSymbolizer {
  constructor(private readonly styleAt: StyleAt) {}

  place(layout: Layout, geom: Point[][], feature: Feature) {
    const anchor = geom[0]?.[0];
    const style = this.styleAt(layout.zoom, feature);
    const text = style ? textOf(feature, style) : "";
    if (!anchor || !style || !text) return undefined;
    prepare(layout.scratch, style);
    const lines = brokenLines(text, style.lineChars ?? 18);
    const width = Math.max(...lines.map((line) => layout.scratch.measureText(line).width));
    const lineHeight = style.size * 1.32; // room for two stacked tone marks
    const height = lineHeight * lines.length;
    const middle = (style.offsetY ?? 0) + (style.offsetY ? (Math.sign(style.offsetY) * (height - lineHeight)) / 2 : 0);
    const box = {
      minX: anchor.x - width / 2 - 3,
      maxX: anchor.x + width / 2 + 3,
      minY: anchor.y + middle - height / 2 - 1,
      maxY: anchor.y + middle + height / 2 + 1,
    };
    const draw = (ctx: CanvasRenderingContext2D) => {
      ctx.globalAlpha = 1;
      prepare(ctx, style);
      lines.forEach((line, index) => write(ctx, line, middle + (index - (lines.length - 1) / 2) * lineHeight, style));
    };
    return [{ anchor, bboxes: [box], draw, deduplicationKey: text, deduplicationDistance: style.apart ?? 120 }];
  }
}

interface Chord {
  middle: Point;
  angle: number;
}

/** The point `distance` along the line. */
function pointAlong(line: Point[], distance: number): Point {
  let left = distance;
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1]!, line[i]!];
    const step = a.dist(b);
    if (left <= step && step > 0) return a.add(b.sub(a).mult(left / step));
    left -= step;
  }
  return line.at(-1)!;
}

/** Nearly straight stretches of `width` pixels along the line, `repeat` pixels apart. */
export function straightChords(line: Point[], width: number, repeat: number): Chord[] {
  const total = line.slice(1).reduce((sum, point, index) => sum + point.dist(line[index]!), 0);
  const chords: Chord[] = [];
  const step = Math.max(width / 4, 12);
  for (let at = (total % repeat) / 4; at + width <= total; at += step) {
    const [start, end] = [pointAlong(line, at), pointAlong(line, at + width)];
    if (start.dist(end) < width * 0.975) continue;
    chords.push({ middle: start.add(end).div(2), angle: Math.atan2(end.y - start.y, end.x - start.x) });
    at += repeat;
  }
  return chords;
}

function upright(angle: number): number {
  if (angle > Math.PI / 2) return angle - Math.PI;
  return angle < -Math.PI / 2 ? angle + Math.PI : angle;
}

export class LineText implements LabelSymbolizer {
  constructor(
    private readonly styleAt: StyleAt,
    private readonly repeat = 320,
  ) {}

  place(layout: Layout, geom: Point[][], feature: Feature) {
    const style = this.styleAt(layout.zoom, feature);
    const text = style ? textOf(feature, style) : "";
    if (!style || !text) return undefined;
    prepare(layout.scratch, style);
    const width = layout.scratch.measureText(text).width;
    const chords = geom.flatMap((line) => straightChords(line, width + 8, this.repeat));
    return chords.map((chord) => ({
      anchor: chord.middle,
      bboxes: boxesAlong(chord, width, style.size),
      draw: (ctx: CanvasRenderingContext2D) => {
        ctx.globalAlpha = 1;
        ctx.rotate(upright(chord.angle));
        prepare(ctx, style);
        write(ctx, text, 0, style);
      },
      deduplicationKey: text,
      deduplicationDistance: this.repeat,
    }));
  }
}

function boxesAlong({ middle, angle }: Chord, width: number, size: number) {
  const count = Math.max(1, Math.ceil(width / size));
  return Array.from({ length: count + 1 }, (_, index) => {
    const along = (index / count - 0.5) * width;
    const x = middle.x + Math.cos(angle) * along;
    const y = middle.y + Math.sin(angle) * along;
    const half = size * 0.7;
    return { minX: x - half, minY: y - half, maxX: x + half, maxY: y + half };
  });
}
