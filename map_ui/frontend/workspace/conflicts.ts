/** Conflicts of a change set: base, theirs and mine side by side; the choices become steps of the draft. */
import L from "leaflet";
import { h, icon, replaceChildren } from "../dom";
import { say } from "../shell/messages";
import { coveredEdges, type Panel } from "../shell/panel";
import { emptyState, failureWords, fillFrom } from "../shell/states";
import { ConflictCard } from "./conflict_card";
import { noChoices, openChoices, resolvedStep, takeAll, type Choices, type Whose } from "./conflict_choice";
import { ConflictShapes } from "./conflict_shapes";
import type { Draft } from "./draft";
import { nameOf } from "./feature_panel";
import type { Forms } from "./forms";
import { boundsOf } from "./geometry";
import type { DraftKeeper } from "./keeping";
import { server } from "./server";
import type { Base, ChangeSet, Conflict, LayerForm, Operation } from "./types";
import { w } from "./words";

export interface ConflictsOptions {
  map: L.Map;
  panel: Panel;
  forms: Forms;
  draft: Draft;
  keeper: DraftKeeper;
  /** Makes the set the draft in hand; false when the one before could not be saved. */
  take(set: ChangeSet): Promise<boolean>;
  /** The choices are in the draft. */
  onResolved(): void;
  onMoved(): void;
}

interface Overtaken {
  conflict: Conflict;
  step: Operation;
  form: LayerForm;
  name: string;
  before: Base | null;
}

export class Conflicts {
  private readonly shapes: ConflictShapes;
  private readonly choices = new Map<string, Choices>();
  private found: Overtaken[] = [];
  private set: ChangeSet | null = null;
  private readonly foot = h("div", { class: "row ways" });

  constructor(private readonly options: ConflictsOptions) {
    this.shapes = new ConflictShapes(options.map);
  }

  get open(): boolean {
    return this.set !== null;
  }

  close(): void {
    this.set = null;
    this.found = [];
    this.choices.clear();
    this.shapes.clear();
  }

  async show(id: number): Promise<void> {
    const { panel } = this.options;
    this.close();
    panel.title.textContent = w("conflict.name");
    replaceChildren(panel.body); // no button of what was here before
    panel.show("half", true);
    await fillFrom(panel.body, () => this.loaded(id), () => this.shown());
  }

  private async loaded(id: number): Promise<void> {
    const [set, { steps }] = await Promise.all([server.changeSet(id), server.conflicts(id)]);
    const found = await Promise.all(steps.map((conflict) => this.overtaken(set, conflict)));
    this.set = set;
    this.found = found.flatMap((entry) => entry ?? []);
    this.choices.clear();
    for (const { conflict } of this.found) this.choices.set(conflict.key, noChoices());
  }

  private async overtaken(set: ChangeSet, conflict: Conflict): Promise<Overtaken | null> {
    const step = set.operations.find(({ key }) => key === conflict.key);
    if (!step) return null;
    const [form, before] = await Promise.all([this.options.forms.of(conflict.layer), this.before(step, conflict)]);
    return { conflict, step, form, before, name: nameOf(form, { ...before?.values, ...step.values }) };
  }

  /** The feature as the step found it; its name too comes from there. */
  private async before(step: Operation, { layer }: Conflict): Promise<Base | null> {
    if (step.id === null || step.base_version === null) return null;
    return server.versionAsBase(layer, step.id, step.base_version).catch(() => null);
  }

  private shown(): Node[] {
    const { set, found } = this;
    if (!set) return [];
    if (found.length === 0) return [emptyState("check", w("conflict.none"), w("conflict.none_text")), this.foot];
    this.shapes.show(found.map(({ conflict }) => conflict));
    const bounds = this.shapes.bounds();
    if (bounds) this.options.map.fitBounds(bounds, { maxZoom: 19, ...coveredEdges() });
    const may = this.mayChoose(set);
    const cards = found.map(({ conflict, form, name }) => this.card(conflict, form, name, may));
    const head = h("div", { class: "feature-head" }, h("p", {}, h("span", { class: `tag state-${set.state}` }, w(`state.${set.state}`))), h("h3", {}, set.title), set.reason ? h("p", { class: "soft small" }, set.reason) : null);
    const about = h("p", { class: "soft small" }, w(may ? "conflict.about" : set.mine ? "conflict.about_sent" : "conflict.about_others", { who: set.author }));
    const all = may && found.length > 1 ? h("div", { class: "row" }, this.takeAllButton("mine"), this.takeAllButton("theirs")) : null;
    this.drawFoot();
    return [head, about, this.shapes.element, ...(all ? [all] : []), ...cards, this.foot];
  }

  private mayChoose(set: ChangeSet): boolean {
    return set.mine && (set.state === "draft" || set.state === "returned");
  }

  private card(conflict: Conflict, form: LayerForm, name: string, may: boolean): HTMLElement {
    const { geometry, key } = conflict;
    const at = geometry.mine ?? geometry.theirs ?? geometry.base;
    const card = new ConflictCard({
      conflict,
      form,
      name,
      choices: may ? (this.choices.get(key) ?? noChoices()) : null,
      onChoose: (choices) => {
        this.choices.set(key, choices);
        this.drawFoot();
      },
      onPoint: () => at && this.options.map.fitBounds(boundsOf(at), { maxZoom: 20, ...coveredEdges() }),
    });
    return card.element;
  }

  private takeAllButton(whose: Whose): HTMLElement {
    const all = () => {
      for (const { conflict } of this.found) this.choices.set(conflict.key, takeAll(conflict, whose));
      replaceChildren(this.options.panel.body, ...this.shown());
    };
    return h("button", { type: "button", class: "button", click: all }, w(`conflict.everything_${whose}`));
  }

  private drawFoot(): void {
    const { set } = this;
    if (!set) return;
    const left = this.found.reduce((sum, { conflict }) => sum + openChoices(conflict, this.choices.get(conflict.key) ?? noChoices()), 0);
    const way = (name: string, words: string, act: () => Promise<void>, disabled = false) => h("button", { type: "button", class: "button primary", disabled, click: () => void this.run(act) }, icon(name), words);
    replaceChildren(
      this.foot,
      this.mayChoose(set) && left > 0 ? h("p", { class: "check-summary caution", role: "status" }, w("conflict.left", { n: left })) : null,
      this.mayChoose(set) ? way("check", w("conflict.apply"), () => this.apply(set), left > 0) : null,
      set.may.withdraw ? way("undo-2", w("conflict.withdraw"), () => this.withdraw(set)) : null,
      set.may.return ? way("reply", w("review.return"), () => this.sendBack(set)) : null,
    );
  }

  private async run(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (reason) {
      const { title, text } = failureWords(reason);
      say(`${title}. ${text}`, "bad");
    }
  }

  /** One act of the draft: Ctrl+Z brings back what was before. */
  private async apply(set: ChangeSet): Promise<void> {
    const { draft, keeper } = this.options;
    const bases = await Promise.all(this.found.map(({ conflict: { layer, id } }) => (id === null ? null : server.base(layer, id).catch(() => null))));
    if (!(await this.options.take(set))) return;
    const steps = this.found.map(({ conflict, step, before, form }) => ({
      key: step.key,
      step: resolvedStep(draft.step(step.key) ?? step, conflict, this.choices.get(conflict.key) ?? noChoices(), before, form),
    }));
    this.found.forEach(({ step }, index) => {
      const base = bases[index];
      if (base) draft.keepBase(step.key, base);
    });
    draft.act(w("act.resolve"), steps);
    await keeper.save();
    say(w("conflict.resolved"), "good");
    this.options.onResolved();
  }

  private async withdraw(set: ChangeSet): Promise<void> {
    await server.withdraw(set.id, set.revision);
    this.options.onMoved();
    await this.show(set.id);
  }

  private async sendBack(set: ChangeSet): Promise<void> {
    await server.sendBack(set.id, set.revision, w("conflict.return_note"), []);
    say(w("review.was_returned"), "good");
    this.options.onMoved();
    this.close();
    this.options.panel.hide();
  }
}
