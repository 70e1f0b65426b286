/** A code chosen from a long list: type part of the code or the label, see its colour. */
import { h, replaceChildren } from "../dom";
import { matches } from "../folding";
import type { FieldOption } from "./types";
import { w } from "./words";

const MOST = 60;

export function optionText({ value, label }: FieldOption): string {
  return typeof value === "string" && /^[A-Z0-9]{2,}$/.test(value) ? `${value} · ${label}` : label;
}

function swatch(colour: string | null): HTMLElement {
  const element = h("span", { class: "code-swatch", "aria-hidden": "true" });
  element.style.setProperty("--code", colour ?? "transparent");
  return element;
}

export class CodePicker {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  value = "";
  private readonly list: HTMLUListElement;
  private readonly colour = swatch(null);
  private shown: FieldOption[] = [];
  private active = -1;

  constructor(
    attributes: Record<string, string | null>,
    private readonly options: FieldOption[],
    private readonly onChoose: () => void,
  ) {
    const listId = `${attributes["id"]}-list`;
    this.input = h("input", { ...attributes, type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": listId, placeholder: w("form.code_search") });
    this.list = h("ul", { id: listId, class: "code-list", role: "listbox", hidden: true, "aria-label": w("form.codes") });
    this.element = h("div", { class: "code-picker" }, this.colour, this.input, this.list);
    this.input.addEventListener("input", () => this.open(this.input.value));
    this.input.addEventListener("click", () => this.list.hidden && this.open(""));
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => this.leave());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  }

  write(value: string): void {
    this.value = value;
    const option = this.options.find((entry) => String(entry.value) === value);
    this.input.value = option ? optionText(option) : value;
    this.colour.style.setProperty("--code", option?.color ?? "transparent");
  }

  private open(typed: string): void {
    const found = this.options.filter((option) => matches(optionText(option), typed));
    this.shown = found.slice(0, MOST);
    this.active = typed ? 0 : this.shown.findIndex(({ value }) => String(value) === this.value);
    const rows = this.shown.map((option, index) => h("li", { id: `${this.list.id}-${index}`, role: "option", click: () => this.choose(option) }, swatch(option.color), optionText(option)));
    const none = h("li", { class: "soft", role: "presentation" }, w("form.code_none"));
    replaceChildren(this.list, ...(rows.length > 0 ? rows : [none]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
  }

  private mark(): void {
    this.list.querySelectorAll("[role=option]").forEach((row, index) => row.setAttribute("aria-selected", String(index === this.active)));
    const row = this.list.children[this.active];
    if (row) this.input.setAttribute("aria-activedescendant", row.id);
    else this.input.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  private onKey(event: KeyboardEvent): void {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (this.list.hidden) this.open("");
      else this.active = Math.max(0, Math.min(this.shown.length - 1, this.active + (key === "ArrowDown" ? 1 : -1)));
      this.mark();
    } else if (key === "Enter" && !this.list.hidden) {
      const option = this.shown[this.active];
      if (option) this.choose(option);
    } else if (key === "Escape" && !this.list.hidden) {
      this.write(this.value);
      this.close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private choose(option: FieldOption): void {
    this.close();
    this.write(String(option.value));
    this.onChoose();
  }

  /** A code typed in full is chosen; nothing typed is no code; anything else goes back. */
  private leave(): void {
    this.close();
    const typed = this.input.value.trim();
    const option = this.options.find((entry) => optionText(entry) === typed || String(entry.value).toLowerCase() === typed.toLowerCase());
    const value = typed === "" ? "" : option ? String(option.value) : this.value;
    const changed = value !== this.value;
    this.write(value);
    if (changed) this.onChoose();
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
