/** A day, typed day first in both languages or chosen in the browser's own calendar. */
import { h, icon } from "../dom";
import { dateText, typedDate } from "./typed_numbers";
import { w } from "./words";

export class DayField {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  private readonly calendar = h("input", { type: "date", class: "calendar-input", tabindex: -1, "aria-hidden": "true" });

  constructor(attributes: Record<string, string | null>) {
    this.input = h("input", { ...attributes, type: "text", inputmode: "numeric", autocomplete: "off", placeholder: w("form.day_pattern") });
    const open = h("button", { type: "button", class: "icon-button", "aria-label": w("form.calendar"), title: w("form.calendar"), click: () => this.calendar.showPicker() }, icon("calendar"));
    this.calendar.addEventListener("change", () => {
      this.input.value = dateText(this.calendar.value);
      this.input.dispatchEvent(new Event("change"));
    });
    this.input.addEventListener("change", () => (this.calendar.value = this.value || ""));
    this.element = h("div", { class: "day-field" }, this.input, this.calendar, open);
  }

  /** The ISO date; null where nothing is typed, undefined where it is no day. */
  get value(): string | null | undefined {
    return this.input.value.trim() === "" ? null : (typedDate(this.input.value) ?? undefined);
  }

  write(iso: string): void {
    this.input.value = dateText(iso);
    this.calendar.value = iso.slice(0, 10);
  }

  /** The last day that the calendar offers. */
  until(iso: string): void {
    this.calendar.max = iso;
  }
}
