/** A change set that somebody sent: what it changes, before and after, and what the reader may do about it. */
import type L from "leaflet";
import { h, icon, iconButton, replaceChildren } from "../dom";
import { formatDate } from "../format";
import { say } from "../shell/messages";
import { coveredEdges, phone, type Panel } from "../shell/panel";
import { failureWords, fillFrom } from "../shell/states";
import { attachmentList } from "./attachments";
import { Comments } from "./comments";
import { Comparison, type Seen } from "./comparison";
import { changedFields, differenceTable } from "./differences";
import { answered, confirmed, noted } from "./dialogue";
import { nameOf } from "./feature_panel";
import type { Forms } from "./forms";
import { server } from "./server";
import type { VectorLayer } from "../map/vector_layer";
import type { ChangeSet, Operation, Verdict } from "./types";
import { w } from "./words";

export interface ReviewOptions {
  map: L.Map;
  panel: Panel;
  forms: Forms;
  vectors: VectorLayer;
  makeVisible(layer: string): void;
  /** What is on the map may have changed. */
  onDecided(published: boolean): void;
  /** Back to work on it. */
  edit(set: ChangeSet): void;
}

export class Review {
  private readonly comparison: Comparison;
  private readonly comments: Comments;
  private names = new Map<string, string>();
  private readonly verdicts = new Map<string, { verdict: Verdict; note: string }>();
  private set: ChangeSet | null = null;

  constructor(private readonly options: ReviewOptions) {
    this.comparison = new Comparison(options);
    this.comments = new Comments({ map: options.map, quiet: false, nameOf: (key) => this.names.get(key) ?? null });
  }

  get open(): boolean {
    return this.set !== null;
  }

  async show(id: number): Promise<void> {
    const { panel } = this.options;
    this.close();
    panel.title.textContent = w("review.name");
    replaceChildren(panel.body); // no button of what was here before
    panel.show("half", true);
    await fillFrom(panel.body, () => this.loaded(id), ({ set, seen }) => this.shown(set, seen));
  }

  close(): void {
    this.set = null;
    this.verdicts.clear();
    this.comparison.clear();
    this.comments.clear();
  }

  /** True when the click sets a pin. */
  click(position: L.LatLng): boolean {
    return this.comments.click(position);
  }

  escape(): boolean {
    return this.comments.escape();
  }

  private async loaded(id: number): Promise<{ set: ChangeSet; seen: Seen[] }> {
    const set = await server.changeSet(id);
    const seen = await Promise.all(set.operations.map((step) => this.seen(set, step)));
    return { set, seen };
  }

  /** What is published is compared with what it replaced; what waits, with what is on the map. */
  private async seen(set: ChangeSet, step: Operation): Promise<Seen> {
    const form = await this.options.forms.of(step.layer);
    if (step.kind === "create" || !step.id) return { step, form, base: null };
    const read = this.done(set) && step.base_version !== null ? server.versionAsBase(step.layer, step.id, step.base_version) : server.base(step.layer, step.id);
    return { step, form, base: await read.catch(() => null) };
  }

  private done({ state }: ChangeSet): boolean {
    return state === "published" || state === "superseded";
  }

  private shown(set: ChangeSet, seen: Seen[]): Node[] {
    this.set = set;
    this.names = new Map(seen.map(({ step, form, base }) => [step.key, nameOf(form, { ...base?.values, ...step.values })]));
    for (const layer of new Set(seen.map(({ step }) => step.layer))) this.options.makeVisible(layer);
    const bounds = this.comparison.show(seen, this.done(set), (key) => document.getElementById(`step-${key}`)?.scrollIntoView({ block: "nearest" }));
    void this.comments.show(set.id);
    if (bounds) this.options.map.fitBounds(bounds, { maxZoom: 18, ...coveredEdges() });
    const facts = [
      [w("review.author"), set.author],
      [w("review.sent"), formatDate(set.submitted_at)],
      [w("draft.reason"), set.reason],
      [w("draft.decision"), set.decision_number],
      [w("draft.day"), formatDate(set.publish_on)],
      [w("review.decided"), set.decided_by ?? ""],
      [w("review.note"), set.decision_note],
    ].filter(([, value]) => value);
    const list = h("dl", { class: "facts" }, ...facts.flatMap(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]));
    const head = h("div", { class: "feature-head" }, h("p", {}, h("span", { class: `tag state-${set.state}` }, w(`state.${set.state}`))), h("h3", {}, set.title));
    const files = attachmentList(set.attachments, (key) => this.names.get(key) ?? null);
    const attached = files ? [h("section", { class: "attachments", "aria-label": w("attach.name") }, h("h4", {}, icon("paperclip", "icon-small"), w("attach.name")), files)] : [];
    const problems = set.problems.map(({ detail, level }) => h("li", { class: level }, icon("triangle-alert", "icon-small"), detail));
    return [head, list, ...(problems.length > 0 ? [h("ul", { class: "problem-list" }, ...problems)] : []), this.comparison.element, ...attached, ...seen.map((entry) => this.stepCard(set, entry)), this.comments.element, this.ways(set)];
  }

  private stepCard(set: ChangeSet, { step, form, base }: Seen): HTMLElement {
    const values = { ...base?.values, ...step.values };
    const fields = changedFields(form, base?.values ?? {}, step.values);
    const head = h("div", { class: "step-head" }, h("span", { class: `kind-mark kind-${step.kind}` }, w(`kind.${step.kind}`)), h("div", {}, h("h4", {}, nameOf(form, values)), h("small", { class: "soft" }, form.title)), iconButton("message-circle", w("comment.about", { what: this.names.get(step.key) ?? "" }), () => this.comments.about(step.key)));
    const moved = step.geometry && step.kind === "update" ? h("p", { class: "small soft" }, icon("spline", "icon-small"), w("diff.geometry")) : null;
    const stale = base && step.base_version !== null && base.version !== step.base_version && !this.done(set);
    const warning = stale ? h("p", { class: "step-note" }, icon("triangle-alert", "icon-small"), w("review.stale")) : null;
    const table = fields.length > 0 ? differenceTable(form, fields) : null;
    const problems = set.problems.filter(({ key }) => key === step.key).map(({ detail, level }) => h("p", { class: `step-note ${level}` }, icon("circle-alert", "icon-small"), detail));
    const verdict = set.state === "submitted" && (set.may.approve || set.may.return) ? this.verdict(step) : step.verdict === "returned" ? h("p", { class: "step-note" }, icon("reply", "icon-small"), step.note || w("review.returned_step")) : null;
    return h("article", { class: "step-card", id: `step-${step.key}` }, head, warning, moved, table, ...problems, verdict);
  }

  private verdict(step: Operation): HTMLElement {
    const note = h("input", { class: "input", placeholder: w("review.step_note"), "aria-label": w("review.step_note"), hidden: true });
    const buttons = new Map<Verdict, HTMLButtonElement>();
    const choose = (verdict: Verdict) => {
      this.verdicts.set(step.key, { verdict, note: note.value.trim() });
      for (const [name, button] of buttons) button.setAttribute("aria-pressed", String(name === verdict));
      note.hidden = verdict !== "returned";
    };
    note.addEventListener("input", () => choose("returned"));
    buttons.set("accepted", h("button", { type: "button", class: "segment", "aria-pressed": "false", click: () => choose("accepted") }, icon("check", "icon-small"), w("review.accept_step")));
    buttons.set("returned", h("button", { type: "button", class: "segment", "aria-pressed": "false", click: () => choose("returned") }, icon("reply", "icon-small"), w("review.return_step")));
    return h("div", { class: "verdict" }, h("div", { class: "segments", role: "group" }, ...buttons.values()), note);
  }

  private ways(set: ChangeSet): HTMLElement {
    const { may, state } = set;
    const way = (name: string, words: string, look: string, act: () => Promise<void>) => h("button", { type: "button", class: `button ${look}`, click: () => void this.run(act) }, icon(name), words);
    const waiting = state === "submitted";
    const row = h("div", { class: "row ways" });
    replaceChildren(
      row,
      may.approve && waiting ? way("check", w("review.approve"), "primary", () => this.approve(set)) : null,
      may.approve && (waiting || state === "approved") ? way("reply", w("review.return"), "", () => this.sendBack(set)) : null,
      may.publish && state === "approved" ? way("upload", w("draft.publish"), "primary", () => this.publish(set)) : null,
      may.withdraw && waiting ? way("undo-2", w("review.withdraw"), "", () => this.withdraw(set)) : null,
      may.edit && (state === "draft" || state === "returned") ? way("pencil", w("review.edit"), "primary", async () => this.options.edit(set)) : null,
      may.undo && state === "published" ? way("history", w("review.undo"), "", () => this.undo(set)) : null,
    );
    return row;
  }

  private async run(act: () => Promise<void>): Promise<void> {
    const id = this.set?.id;
    try {
      await act();
    } catch (reason) {
      const { title, text } = failureWords(reason);
      say(`${title}. ${text}`, "bad");
      if (id !== undefined) void this.show(id);
    }
  }

  /** Approval alone waits for its day; where the reader may publish too and no day is set, it goes on the map. */
  private async approve(set: ChangeSet): Promise<void> {
    if ([...this.verdicts.values()].some(({ verdict }) => verdict === "returned")) {
      say(w("review.has_returned"), "caution");
      return;
    }
    const note = await noted({ title: w("review.approve_ask"), text: w(set.may.publish ? "review.publish_text" : "review.approve_text"), yes: w("review.approve") }, false);
    if (note === null) return;
    const approved = await server.approve(set.id, set.revision, note);
    const now = approved.state === "approved" && approved.may.publish && !approved.publish_on ? await server.publish(approved.id, approved.revision) : approved;
    this.decided(now.state === "published");
  }

  private async publish(set: ChangeSet): Promise<void> {
    if (!(await confirmed({ title: w("draft.publish_ask", { n: set.operations.length }), text: w("draft.publish_text"), yes: w("draft.publish") }))) return;
    const done = await server.publish(set.id, set.revision);
    this.decided(done.state === "published");
  }

  private async sendBack(set: ChangeSet): Promise<void> {
    const marked = [...this.verdicts.values()].filter(({ verdict }) => verdict === "returned").length;
    const part = marked > 0 && marked < set.operations.length && set.state === "submitted";
    const question = { title: w("review.return_ask"), text: w("review.return_text"), yes: w("review.return_all") };
    const answer = await answered(part ? { ...question, text: w("review.return_part_text", { n: marked, m: set.operations.length }), other: w("review.return_part", { n: marked }) } : { ...question, yes: w("review.return") });
    if (!answer) return;
    const verdicts = [...this.verdicts].map(([key, said]) => ({ key, ...said }));
    await server.sendBack(set.id, set.revision, answer.note, verdicts, answer.other);
    if (!answer.other) {
      this.end(w("review.was_returned"), false);
      return;
    }
    say(w("review.part_returned", { n: marked }), "good");
    this.options.onDecided(false);
    await this.show(set.id);
  }

  private async withdraw(set: ChangeSet): Promise<void> {
    await server.withdraw(set.id, set.revision);
    this.options.edit(await server.changeSet(set.id));
  }

  private async undo(set: ChangeSet): Promise<void> {
    const reason = await noted({ title: w("review.undo_ask"), text: w("review.undo_text"), yes: w("review.undo"), danger: true }, true);
    if (reason === null) return;
    const { layers } = await server.undo(set.id, reason);
    const moved = layers.map(({ title, listed }) => w(listed ? "review.layer_back" : "review.layer_gone", { layer: title }));
    this.end([w("review.undone"), ...moved].join(" "), true);
  }

  private decided(published: boolean): void {
    this.end(w(published ? "draft.published" : "draft.approved"), published);
  }

  private end(words: string, published: boolean): void {
    say(words, "good");
    this.close();
    this.options.panel.hide();
    if (phone.matches) this.options.panel.setHeight("peek");
    this.options.onDecided(published);
  }
}
