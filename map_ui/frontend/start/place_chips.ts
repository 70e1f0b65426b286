/** Chips that narrow the places: "open now", saved, and one per category. */
import type { PlaceCategory } from "../api_types";
import { h, icon, placeIcon, replaceChildren } from "../dom";
import { t } from "../i18n";
import { NO_FILTER, type Filter } from "./place_filter";

export class PlaceChips {
  filter: Filter = { ...NO_FILTER };

  constructor(
    private readonly element: HTMLElement,
    private categories: PlaceCategory[],
    private readonly onChange: () => void,
  ) {
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", t("places.filters"));
    // A wheel turns the row sideways for those who have no touch screen.
    element.addEventListener("wheel", (event) => element.scrollBy({ left: event.deltaY + event.deltaX }), { passive: true });
    this.draw();
  }

  reset(): void {
    this.change({ ...NO_FILTER });
  }

  /** Other categories, or other numbers of places in them. */
  offer(categories: PlaceCategory[]): void {
    this.categories = categories;
    const gone = !categories.some(({ code }) => code === this.filter.category);
    this.change(gone ? { category: null } : {});
  }

  private change(part: Partial<Filter>): void {
    const focused = this.element.querySelector(":focus")?.getAttribute("data-key");
    this.filter = { ...this.filter, ...part };
    this.draw();
    if (focused) this.element.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
    this.onChange();
  }

  private draw(): void {
    const { category, openNow, savedOnly } = this.filter;
    const open = this.chip("open", icon("clock"), t("place.open_now"), openNow, () => this.change({ openNow: !openNow }));
    const saved = this.chip("saved", icon("flag"), t("place.saved_only"), savedOnly, () => this.change({ savedOnly: !savedOnly }));
    const kinds = this.categories
      .filter(({ count }) => count > 0)
      .map((entry) => {
        const chosen = entry.code === category;
        const chip = this.chip(`kind-${entry.code}`, placeIcon(entry.icon), entry.label, chosen, () => this.change({ category: chosen ? null : entry.code }));
        chip.style.setProperty("--pin", entry.color);
        return chip;
      });
    replaceChildren(this.element, open, ...kinds, saved);
  }

  private chip(key: string, picture: Element, label: string, pressed: boolean, click: () => void): HTMLButtonElement {
    return h("button", { type: "button", class: "chip", "data-key": key, "aria-pressed": String(pressed), click }, picture, label);
  }
}
