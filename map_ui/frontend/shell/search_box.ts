/** Search with suggestions: the ARIA combobox pattern with a listbox. */
import { api, isAbort } from "../api";
import type { SearchResult } from "../api_types";
import { h, icon, replaceChildren, required } from "../dom";
import { t } from "../i18n";
import { failureWords } from "./states";

const WAIT_MS = 180;

const ICONS: Record<SearchResult["kind"], string> = {
  feature: "map-pin",
  parcel: "square-dashed",
  coordinate: "crosshair",
  place: "map-pin",
};

export interface SearchBoxOptions {
  near(): { lon: number; lat: number };
  /** Answers known at once (places of the page, typed coordinates), shown before the server's. */
  local(text: string): SearchResult[];
  onChoose(result: SearchResult): void;
}

export class SearchBox {
  private readonly input = required<HTMLInputElement>("#search-input");
  private readonly list = required<HTMLUListElement>("#search-list");
  private readonly clear = required<HTMLButtonElement>("#search-clear");
  private results: SearchResult[] = [];
  private current = -1;
  private timer = 0;
  private running: AbortController | null = null;

  constructor(private readonly options: SearchBoxOptions) {
    this.input.addEventListener("input", () => this.onInput());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("focus", () => this.results.length > 0 && this.expand(true));
    this.clear.addEventListener("click", () => this.reset());
    this.input.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.choose(Math.max(this.current, 0));
    });
    document.addEventListener("pointerdown", (event) => {
      if (event.target instanceof Node && !this.input.closest("form")?.parentElement?.contains(event.target)) {
        this.forgetQuestion();
        this.expand(false);
      }
    });
  }

  /** Searches for what the address asks (`?q=`), as a form sent before the script ran does. */
  askedByAddress(): void {
    const asked = new URLSearchParams(location.search).get("q");
    if (!asked) return;
    this.input.value = asked;
    this.onInput();
    this.input.focus();
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  private reset(): void {
    this.input.value = "";
    this.onInput();
    this.input.focus();
  }

  private onInput(): void {
    const text = this.input.value.trim();
    this.clear.hidden = text === "";
    this.forgetQuestion();
    if (text.length < 2) {
      this.results = [];
      this.expand(false);
      return;
    }
    this.show(this.options.local(text), null);
    this.timer = window.setTimeout(() => void this.ask(text), WAIT_MS);
  }

  /** An answer that comes after the choice would open the list again, over the map. */
  private forgetQuestion(): void {
    window.clearTimeout(this.timer);
    this.running?.abort();
  }

  private async ask(text: string): Promise<void> {
    this.running = new AbortController();
    try {
      const { results } = await api.search(text, this.options.near(), this.running.signal);
      const local = this.options.local(text);
      const known = new Set(local.map((result) => result.id ?? result.kind));
      this.show([...local, ...results.filter((result) => !known.has(result.id ?? result.kind))], t("search.none"));
    } catch (reason) {
      if (!isAbort(reason)) this.show(this.options.local(text), failureWords(reason).title);
    }
  }

  private show(results: SearchResult[], whenEmpty: string | null): void {
    this.results = results;
    this.current = -1;
    const options = results.map((result, index) => this.optionFor(result, index));
    const nothing = results.length === 0 && whenEmpty ? h("li", { class: "search-none", role: "option", "aria-disabled": "true" }, whenEmpty) : null;
    replaceChildren(this.list, ...options, nothing);
    this.input.removeAttribute("aria-activedescendant");
    this.expand(options.length > 0 || nothing !== null);
  }

  private optionFor(result: SearchResult, index: number): HTMLElement {
    const words = h("span", { class: "search-words" }, h("span", {}, result.title), result.subtitle ? h("small", {}, result.subtitle) : null);
    return h(
      "li",
      { role: "option", id: `search-option-${index}`, "aria-selected": "false", pointerdown: (event: Event) => event.preventDefault(), click: () => this.choose(index) },
      icon(ICONS[result.kind]),
      words,
    );
  }

  private expand(open: boolean): void {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && !this.list.hidden) {
      this.forgetQuestion();
      this.expand(false);
      event.stopPropagation();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    }
  }

  private move(by: number): void {
    if (this.results.length === 0) return;
    this.expand(true);
    this.current = (this.current + by + this.results.length) % this.results.length;
    [...this.list.children].forEach((option, index) => {
      option.setAttribute("aria-selected", String(index === this.current));
      if (index === this.current) option.scrollIntoView({ block: "nearest" });
    });
    this.input.setAttribute("aria-activedescendant", `search-option-${this.current}`);
  }

  private choose(index: number): void {
    const result = this.results[index];
    if (!result) return;
    this.input.value = result.title;
    this.clear.hidden = false;
    this.forgetQuestion();
    this.expand(false);
    this.options.onChoose(result);
  }
}
