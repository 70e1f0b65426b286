/** Ways to mend a problem of the draft, looked at on the map before one is taken as one act. */
import L from "leaflet";
import { h, icon, replaceChildren, token } from "../dom";
import { say } from "../shell/messages";
import { failureWords } from "../shell/states";
import { showCorner } from "./editor_parts";
import { fixable } from "./fixable";
import { boundsOf } from "./geometry";
import { write } from "./server";
import { sizeOf, type Change, type ShapeActs } from "./shape_acts";
import { changed } from "./steps";
import type { Problem, Reshaped, Values } from "./types";
import { w } from "./words";

const PANE = "fixes";

interface Fix {
  kind: string;
  label: string;
  updates: Reshaped[];
  values: Values;
}

export class Fixes {
  /** The ways that there are, under the tools. */
  readonly element = h("div", { class: "edit-part fix-part", hidden: true, role: "group", "aria-label": w("fix.name") });
  private problem: Problem | null = null;
  private readonly shapes = L.layerGroup();

  constructor(private readonly acts: ShapeActs) {
    const { map } = acts.editor.options;
    map.createPane(PANE).classList.add("draft-pane");
    this.shapes.addTo(map);
    acts.draft.onChange(() => this.close());
    acts.editor.onChange(() => this.problem && acts.editor.key !== this.problem.key && this.close());
  }

  /** Shows how a problem of the feature in hand can be mended; nothing where only a person can. */
  async offer(problem: Problem): Promise<void> {
    this.close();
    const step = this.acts.draft.step(problem.key);
    if (!step || !fixable(problem)) return;
    this.problem = problem;
    const operations = this.acts.draft.operations.filter(({ layer }) => layer === step.layer);
    const { key, code, field, place } = problem;
    try {
      const { fixes, advice } = await write<{ fixes: Fix[]; advice: string }>("/api/checks/fix", { method: "POST", body: { operations, key, code, field: field ?? "", place: place ?? null } });
      if (this.problem === problem) this.show(problem, fixes, advice);
    } catch (reason) {
      this.problem = null;
      say(failureWords(reason).title, "bad");
    }
  }

  escape(): boolean {
    if (this.element.hidden) return false;
    this.close();
    return true;
  }

  private close(): void {
    this.problem = null;
    this.element.hidden = true;
    this.shapes.clearLayers();
  }

  private show(problem: Problem, fixes: Fix[], advice: string): void {
    const [first] = fixes;
    const choice = (fix: Fix, index: number) => {
      const input = h("input", { type: "radio", name: "fix", checked: index === 0, change: () => this.draw(fix) });
      return h("label", { class: "choice" }, input, h("span", {}, fix.label, " ", h("small", { class: "soft numbers" }, fix.updates.filter(({ before, after }) => Math.abs(before - after) > 0.05).map((one) => `${sizeOf(one, one.before)} → ${sizeOf(one, one.after)}`).join(" · "))));
    };
    const list = h("fieldset", { class: "choices" }, h("legend", {}, problem.detail), ...fixes.map(choice));
    const chosen = () => fixes[[...list.querySelectorAll("input")].findIndex(({ checked }) => checked)];
    const take = h("button", { type: "button", class: "button primary", click: () => void this.take(problem, chosen()) }, icon("check"), w("fix.take"));
    const back = h("button", { type: "button", class: "button", click: () => this.close() }, w("cancel"));
    const none = h("div", {}, h("p", {}, problem.detail), h("p", { class: "soft" }, advice || w("fix.none")));
    replaceChildren(this.element, first ? list : none, h("div", { class: "row" }, first ? take : null, back));
    this.element.hidden = false;
    if (!first) return;
    this.draw(first);
    const [shape] = first.updates;
    if (!shape) return;
    const { lng, lat } = boundsOf(shape.geometry).getCenter();
    showCorner(this.acts.editor.options.map, [lng, lat]); // beside the panels and below the choices
  }

  /** What the way does: shapes as they will be, over what they are now. */
  private draw({ updates }: Fix): void {
    this.shapes.clearLayers();
    const common = { interactive: false, pane: PANE, pmIgnore: true, snapIgnore: true };
    const before = { ...common, color: token("bad"), weight: 2, dashArray: "3 5", fill: false };
    const after = { ...common, color: token("good"), weight: 3, fillColor: token("good"), fillOpacity: 0.25 };
    for (const { key, id, geometry } of updates) {
      const known = key ?? this.acts.draft.operations.find((step) => step.id === id)?.key;
      const now = known ? this.acts.draft.geometry(known) : null;
      if (now) this.shapes.addLayer(L.geoJSON(now, { style: before, pane: PANE, interactive: false }));
      this.shapes.addLayer(L.geoJSON(geometry, { style: after, pane: PANE, interactive: false }));
    }
  }

  private async take(problem: Problem, fix: Fix | undefined): Promise<void> {
    const { hand } = this.acts.editor;
    if (!fix || hand?.key !== problem.key) return;
    const { form, key, id } = hand;
    const changes: Change[] = await this.acts.updates(form, fix.updates);
    if (Object.keys(fix.values).length > 0) changes.push({ key, step: changed(this.acts.draft, form, key, id, { values: fix.values }) });
    this.acts.act(w("act.fix", { what: fix.label }), changes);
    say(w("fix.taken"), "good");
  }
}
