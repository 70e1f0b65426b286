/** The versions of one feature: who, when, why; what changed; and the way back. */
import type L from "leaflet";
import { h, icon } from "../dom";
import { formatMoment } from "../format";
import { say } from "../shell/messages";
import { coveredEdges, type Panel } from "../shell/panel";
import { failureWords, fillFrom } from "../shell/states";
import { attachmentList } from "./attachments";
import { backButton, ComparedShapes, differenceTable, SideSwitch } from "./differences";
import { noted } from "./dialogue";
import type { Forms } from "./forms";
import { server } from "./server";
import type { FeatureVersion, LayerForm } from "./types";
import { w } from "./words";

export interface HistoryOptions {
  map: L.Map;
  panel: Panel;
  forms: Forms;
  back(layer: string, id: string): void;
  onRestored(layer: string, id: string): void;
}

interface Known {
  versions: FeatureVersion[];
  form: LayerForm;
  mayRestore: boolean;
}

/** Named apart from the browser's own. */
export class FeatureHistory {
  private readonly shapes: ComparedShapes;
  private readonly sides: SideSwitch;
  private layer = "";
  private id = "";

  constructor(private readonly options: HistoryOptions) {
    this.shapes = new ComparedShapes(options.map);
    this.sides = new SideSwitch(this.shapes);
  }

  async show(layer: string, id: string): Promise<void> {
    const { panel } = this.options;
    this.close();
    this.layer = layer;
    this.id = id;
    panel.title.textContent = w("history.name");
    panel.body.replaceChildren(); // no button of what was here before
    panel.show("half", true);
    await fillFrom(panel.body, () => Promise.all([server.versions(layer, id), this.options.forms.of(layer)]), ([{ versions, may }, form]) => this.list({ versions, form, mayRestore: may.restore }));
  }

  get open(): boolean {
    return this.id !== "";
  }

  close(): void {
    this.id = "";
    this.shapes.clear();
  }

  private list(known: Known): Node[] {
    const { versions, form } = known;
    const rows = versions.map((version, index) => {
      const now = index === 0 && version.ended_at === null;
      const tag = now ? h("span", { class: "tag good" }, w("history.now")) : null;
      const gone = index === 0 && version.ended_at !== null ? h("span", { class: "tag bad" }, w("history.deleted")) : null;
      const words = h("span", {}, h("strong", {}, version.title || w("history.version", { n: version.version })), h("small", {}, `${formatMoment(version.changed_at)} · ${version.actor}`));
      const open = () => void this.openVersion(version, known);
      return h("li", {}, h("button", { type: "button", class: "list-row", click: open }, h("span", { class: "version-number numbers" }, String(version.version)), words, tag, gone, icon("chevron-right")));
    });
    const { layer, id } = this;
    const back = backButton(w("history.back"), () => this.options.back(layer, id));
    return [back, h("p", { class: "soft small" }, form.title), h("ul", { class: "list versions" }, ...rows)];
  }

  /** Against the version before it, or another one. */
  private async openVersion(version: FeatureVersion, known: Known, other?: FeatureVersion): Promise<void> {
    const { panel } = this.options;
    const { versions, form } = known;
    const before = other ?? versions.find((entry) => entry.version < version.version);
    await fillFrom(panel.body, () => this.read(version, before), ({ shape, old, fields, moved }) => {
      this.shapes.show([{ kind: "update", before: old, after: shape }]);
      this.sides.turn("both");
      const bounds = this.shapes.bounds();
      if (bounds) this.options.map.fitBounds(bounds, { maxZoom: 19, ...coveredEdges() });
      const head = h("div", { class: "feature-head" }, h("p", { class: "kicker" }, w("history.version", { n: version.version })), h("h3", {}, version.title), h("p", { class: "soft small" }, `${formatMoment(version.changed_at)} · ${version.actor}`));
      const nothing = fields.length === 0 && !moved ? h("p", { class: "soft" }, w(before ? "history.same" : "history.first")) : null;
      const geometry = moved ? h("p", { class: "small soft" }, icon("spline", "icon-small"), w("diff.geometry")) : null;
      const back = backButton(w("history.list"), () => void this.show(this.layer, this.id));
      return [back, head, this.against(version, before, known), ...(old ? [this.sides.element] : []), geometry, fields.length > 0 ? differenceTable(form, fields) : null, nothing, attachmentList(version.attachments, () => null), this.restoring(version, known)].filter((node): node is HTMLElement => node !== null);
    });
  }

  private against(version: FeatureVersion, before: FeatureVersion | undefined, known: Known): HTMLElement | null {
    const others = known.versions.filter((entry) => entry !== version);
    if (others.length === 0) return null;
    const options = others.map((entry) => h("option", { value: entry.version, selected: entry === before }, `${w("history.version", { n: entry.version })} · ${formatMoment(entry.changed_at)}`));
    const choice = h("select", { class: "input", id: "history-against" }, ...options);
    choice.addEventListener("change", () => {
      const other = others.find((entry) => String(entry.version) === choice.value);
      void this.openVersion(version, known, other).then(() => document.getElementById("history-against")?.focus());
    });
    return h("div", { class: "field" }, h("label", { for: "history-against" }, w("history.against")), choice);
  }

  private async read(version: FeatureVersion, before: FeatureVersion | undefined) {
    const { layer, id } = this;
    const shape = await server.version(layer, id, version.version);
    if (!before) return { shape: shape.geometry, old: null, fields: [], moved: false };
    const [old, difference] = await Promise.all([server.version(layer, id, before.version), server.difference(layer, id, before.version, version.version)]);
    return { shape: shape.geometry, old: old.geometry, fields: difference.fields, moved: difference.geometry_changed };
  }

  private restoring(version: FeatureVersion, { versions, mayRestore }: Known): HTMLElement | null {
    const [newest] = versions;
    const current = newest?.version === version.version && newest.ended_at === null;
    if (current || !newest || !mayRestore) return null;
    const restore = async () => {
      const n = version.version;
      const reason = await noted({ title: w("history.restore_ask", { n }), text: w("history.restore_text"), yes: w("history.restore") }, true);
      if (reason === null) return;
      try {
        await server.restore(this.layer, this.id, n, newest.version, reason);
        say(w("history.restored", { n }), "good");
        const { layer, id } = this;
        this.close();
        this.options.onRestored(layer, id);
      } catch (failure) {
        const { title, text } = failureWords(failure);
        say(`${title}. ${text}`, "bad");
      }
    };
    return h("div", { class: "row ways" }, h("button", { type: "button", class: "button primary", click: () => void restore() }, icon("history"), w("history.restore")));
  }
}
