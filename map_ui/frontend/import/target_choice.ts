/** Where an import goes: a layer that is there, or a new one with a name. */
import { h } from "../dom";
import type { Start } from "./server";
import type { Target } from "./types";
import { w } from "./words";

const NEW = "new:";

export class TargetChoice {
  private readonly select = h("select", { class: "input", id: "target", required: true });
  private readonly title = h("input", { class: "input", id: "new-title", maxlength: 120, autocomplete: "off" });
  private readonly titleField = h("div", { class: "field", hidden: true }, h("label", { for: "new-title" }, w("start.new_title")), this.title, h("p", { class: "hint" }, w("start.new_hint")));
  readonly fields: HTMLElement[];

  /** `changed` hears that another layer was chosen. */
  constructor(targets: Target[], changed: () => void) {
    this.select.append(h("option", { value: "" }, w("start.choose")));
    for (const { theme, title, layers } of targets) {
      const group = h("optgroup", { label: title }, ...layers.map((layer) => h("option", { value: layer.slug }, layer.title)));
      group.append(h("option", { value: `${NEW}${theme}` }, w("start.new_layer", { theme: title })));
      this.select.append(group);
    }
    this.select.addEventListener("change", () => {
      this.showTitle();
      changed();
    });
    this.fields = [h("div", { class: "field" }, h("label", { for: "target" }, w("start.layer")), this.select), this.titleField];
  }

  /** Suggests a new layer of a theme, where the theme is among the targets. */
  suggest(theme: string, title: string): void {
    this.title.value = title;
    this.choose(`${NEW}${theme}`);
  }

  private choose(value: string): void {
    this.select.value = value;
    if (this.select.selectedIndex < 0) this.select.value = "";
    this.showTitle();
  }

  /** Chooses what an address names: a layer, or a new one of a theme; what is not offered stays open. */
  take(named: URLSearchParams): void {
    const theme = named.get("theme");
    if (theme) this.suggest(theme, named.get("title") ?? "");
    else this.choose(named.get("layer") ?? "");
  }

  /** What has to be said first, in words; the place for it has the focus then. */
  missing(): string {
    this.select.toggleAttribute("aria-invalid", !this.select.value);
    if (!this.select.value) {
      this.select.focus();
      return w("start.layer_first");
    }
    if (!this.titleField.hidden && !this.title.value.trim()) {
      this.title.focus();
      return w("start.title_first");
    }
    return "";
  }

  start(): Start {
    const { value } = this.select;
    const isNew = value.startsWith(NEW);
    return { theme: isNew ? value.slice(NEW.length) : "", layer: isNew ? "" : value, new_layer_title: isNew ? this.title.value : "" };
  }

  private showTitle(): void {
    this.titleField.hidden = !this.select.value.startsWith(NEW);
  }
}
