/** A file that holds several kinds of shapes: a layer takes one of them. */
import { h, icon } from "../dom";
import { formatNumber } from "../format";
import type { StepPage } from "./job_page";
import { server } from "./server";
import type { ShapeKind, Understanding } from "./types";
import { w } from "./words";

/** Stored type → kind of shapes. */
export const CHOICE: Record<string, ShapeKind> = { Point: "points", MultiLineString: "lines", MultiPolygon: "areas" };

/** Which kind is imported, as far as somebody has to know: null for a file of one kind. `open`: it is not said yet. */
export function shapeChoice(page: StepPage, found: Understanding): { element: HTMLElement; open: boolean } | null {
  const { job } = page;
  const inside = Object.entries(found.kinds);
  const fitting = inside.filter(([kind]) => job.geometry_types.includes(kind));
  if (inside.length < 2 || fitting.length === 0) return null;
  const said = job.answers.geometry;
  const chosen = said || (fitting.length === 1 ? CHOICE[fitting[0]?.[0] ?? ""] : undefined);
  const buttons = inside.map(([kind, count]) => {
    const name = CHOICE[kind] ?? "points";
    const choose = () => void page.act(() => server.change(job.id, { geometry: name }));
    const button = h("button", { type: "button", class: "button", "aria-pressed": String(name === chosen), click: choose }, name === chosen ? icon("check") : null, w(`shape.${name}`), h("span", { class: "soft numbers" }, formatNumber(count)));
    button.disabled = !job.geometry_types.includes(kind);
    return button;
  });
  const words = chosen ? h("p", { class: "note" }, icon("info"), w("shape.others_left", { kind: w(`shape.${chosen}` as "shape.points") })) : h("p", { class: "note caution", role: "alert" }, icon("triangle-alert"), w("shape.choose"));
  const element = h("section", { class: "card stack", "aria-labelledby": "shape-title" }, h("h2", { id: "shape-title" }, w("shape.title")), words, h("div", { class: "row", role: "group", "aria-labelledby": "shape-title" }, ...buttons));
  return { element, open: chosen === undefined };
}
