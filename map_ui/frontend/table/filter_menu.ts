/** The filter of one column, in a small form under its heading. */
import type { RowColumn } from "../api_types";
import { h, icon, replaceChildren } from "../dom";
import type { FormField } from "../workspace/types";
import { optionWords } from "./control";
import type { Condition } from "./question";
import { tw } from "./words";

type State = "value" | "empty" | "filled";

export class FilterMenu {
  readonly element = h("form", { class: "filter-menu", hidden: true });
  private column = "";
  private opener: HTMLElement | null = null;

  constructor(private readonly onFilter: (column: string, condition: Condition | null) => void) {
    this.element.addEventListener("keydown", (event) => {
      event.stopPropagation(); // keys of grid and map stay out
      if (event.key === "Escape") this.close();
    });
    document.addEventListener("pointerdown", ({ target }) => {
      const inside = target instanceof Node && (this.element.contains(target) || this.opener?.contains(target));
      if (!inside) this.hide();
    });
  }

  /** Opens under `opener`; a second press closes it. */
  open(column: RowColumn, field: FormField | null, now: Condition | undefined, opener: HTMLElement): void {
    if (!this.element.hidden && this.column === column.key) {
      this.close();
      return;
    }
    this.column = column.key;
    this.opener = opener;
    const reads = controlsOf(column, field, now ?? {});
    const state = h("select", { class: "input", "aria-label": column.label }, ...(["value", "empty", "filled"] as State[]).map((one) => h("option", { value: one }, tw(one === "value" ? "filter.value" : one))));
    state.value = now?.empty === undefined ? "value" : now.empty ? "empty" : "filled";
    const values = h("div", { class: "filter-values" }, ...reads.elements);
    const update = () => (values.hidden = state.value !== "value");
    state.addEventListener("change", update);
    update();
    const remove = h("button", { type: "button", class: "button quiet", click: () => this.send(null) }, tw("filter.remove"));
    const apply = h("button", { type: "submit", class: "button primary" }, tw("filter.apply"));
    const slow = column.quick ? null : h("p", { class: "soft small" }, icon("info", "icon-small"), tw("slow"));
    this.element.onsubmit = (event) => {
      event.preventDefault();
      this.send(state.value === "value" ? reads.condition() : { empty: state.value === "empty" });
    };
    replaceChildren(this.element, h("strong", {}, column.label), state, values, slow, h("div", { class: "row" }, remove, apply));
    this.place(opener);
    this.element.querySelector<HTMLElement>(".filter-values :is(input, select)")?.focus();
  }

  hide(): void {
    this.element.hidden = true;
  }

  private close(): void {
    this.hide();
    this.opener?.focus();
  }

  private send(condition: Condition | null): void {
    const { column } = this;
    this.close();
    this.onFilter(column, condition);
  }

  private place(opener: HTMLElement): void {
    this.element.hidden = false;
    const frame = (this.element.offsetParent ?? document.body).getBoundingClientRect();
    const at = opener.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left - frame.left, frame.width - this.element.offsetWidth - 8));
    this.element.style.setProperty("--left", `${left}px`);
    // Under the heading, or as far up as it takes to fit into the window.
    const lowest = window.innerHeight - frame.top - this.element.offsetHeight - 8;
    this.element.style.setProperty("--top", `${Math.min(at.bottom - frame.top + 4, lowest)}px`);
  }
}

interface Reads {
  elements: HTMLElement[];
  condition(): Condition | null;
}

function labelled(words: string, control: HTMLElement): HTMLElement {
  return h("label", { class: "field" }, h("span", {}, words), control);
}

function controlsOf(column: RowColumn, field: FormField | null, now: Condition): Reads {
  if (column.kind === "code") return codes(field, now);
  if (column.kind === "boolean") return truth(now);
  if (column.kind === "text") return text(now);
  return range(column.kind === "number" ? "number" : "date", now);
}

function text(now: Condition): Reads {
  const how = h("select", { class: "input", "aria-label": tw("bulk.how") }, h("option", { value: "has" }, tw("filter.has")), h("option", { value: "is" }, tw("filter.is")));
  how.value = now.is === undefined ? "has" : "is";
  const input = h("input", { class: "input", type: "search", maxlength: 200, autocomplete: "off", "aria-label": tw("filter.value") });
  input.value = String(now.is ?? now.has ?? "");
  return { elements: [how, input], condition: () => (input.value.trim() === "" ? null : { [how.value]: input.value.trim() }) };
}

function range(type: "number" | "date", now: Condition): Reads {
  const input = (value: string | undefined) => {
    const made = h("input", { class: "input", type, step: type === "number" ? "any" : null });
    made.value = value ?? "";
    return made;
  };
  const [from, to] = [input(now.min), input(now.max)];
  return {
    elements: [labelled(tw("filter.from"), from), labelled(tw("filter.to"), to)],
    condition: () => (from.value || to.value ? { ...(from.value ? { min: from.value } : {}), ...(to.value ? { max: to.value } : {}) } : null),
  };
}

function truth(now: Condition): Reads {
  const select = h("select", { class: "input", "aria-label": tw("filter.value") }, h("option", { value: "" }, tw("filter.any")), h("option", { value: "true" }, tw("yes")), h("option", { value: "false" }, tw("no")));
  select.value = now.is === undefined ? "" : String(now.is);
  return { elements: [select], condition: () => (select.value ? { is: select.value === "true" } : null) };
}

function codes(field: FormField | null, now: Condition): Reads {
  const chosen = new Set((now.in ?? []).map(String));
  const boxes = (field?.options ?? []).map((option) => {
    const box = h("input", { type: "checkbox", value: option.value });
    box.checked = chosen.has(String(option.value));
    return { box, option, row: h("label", { class: "check-field" }, box, h("span", {}, optionWords(option))) };
  });
  return {
    elements: [h("fieldset", { class: "filter-codes" }, h("legend", { class: "unseen" }, tw("filter.codes")), ...boxes.map(({ row }) => row))],
    condition: () => {
      const wanted = boxes.filter(({ box }) => box.checked).map(({ option }) => option.value);
      return wanted.length > 0 ? { in: wanted } : null;
    },
  };
}
