/** Repeating fills for zones: hatch, cross and dots, crisp on every screen. */

// The period divides the 256-pixel tile, so that lines meet at tile edges.
const PERIOD = 8;

type PatternName = "hatch" | "cross" | "dots";
const images = new Map<string, HTMLCanvasElement>();

function drawLines(ctx: CanvasRenderingContext2D, rising: boolean): void {
  for (const shift of [-PERIOD, 0, PERIOD]) {
    ctx.moveTo(shift, rising ? PERIOD : 0);
    ctx.lineTo(shift + PERIOD, rising ? 0 : PERIOD);
  }
}

function patternImage(name: PatternName, colour: string, density: number): HTMLCanvasElement {
  const image = document.createElement("canvas");
  image.width = image.height = PERIOD * density;
  const ctx = image.getContext("2d");
  if (!ctx) return image;
  ctx.scale(density, density);
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = 1.4;
  ctx.beginPath();
  if (name === "dots") {
    ctx.arc(PERIOD / 2, PERIOD / 2, 1.4, 0, 2 * Math.PI);
    ctx.fill();
    return image;
  }
  drawLines(ctx, true);
  if (name === "cross") drawLines(ctx, false);
  ctx.stroke();
  return image;
}

/** A fill style in the colour of the zone's outline. */
export function patternFill(ctx: CanvasRenderingContext2D, name: PatternName, colour: string): CanvasPattern | null {
  const density = Math.max(1, Math.round(window.devicePixelRatio));
  const key = `${name} ${colour} ${density}`;
  const image = images.get(key) ?? patternImage(name, colour, density);
  images.set(key, image);
  const pattern = ctx.createPattern(image, "repeat");
  pattern?.setTransform(new DOMMatrix().scale(1 / density));
  return pattern;
}
