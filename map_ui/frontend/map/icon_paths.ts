/** Place icons as canvas paths (15 × 15 units), loaded once each. */
import { assetBase } from "../dom";

const paths = new Map<string, Promise<Path2D | null>>();
const ready = new Map<string, Path2D>();

async function load(name: string): Promise<Path2D | null> {
  const response = await fetch(`${assetBase}places/${name}.svg`);
  if (!response.ok) return null;
  const parsed = new DOMParser().parseFromString(await response.text(), "image/svg+xml");
  const whole = new Path2D();
  for (const shape of parsed.querySelectorAll("path")) whole.addPath(new Path2D(shape.getAttribute("d") ?? ""));
  ready.set(name, whole);
  return whole;
}

/** Resolves when every named icon is there or known to be missing. */
export async function loadIconPaths(names: Iterable<string>): Promise<void> {
  const wanted = [...new Set(names)].filter((name) => /^[a-z0-9_-]+$/i.test(name));
  await Promise.all(
    wanted.map((name) => {
      const known = paths.get(name) ?? load(name).catch(() => null);
      paths.set(name, known);
      return known;
    }),
  );
}

/** The path of an icon that `loadIconPaths` brought, or null. */
export function iconPath(name: string | undefined): Path2D | null {
  return (name && ready.get(name)) || null;
}
