/** Tabs with arrow keys (ARIA tabs pattern). */
import { h, icon } from "../dom";

export interface Tab {
  key: string;
  title: string;
  icon: string;
  content: HTMLElement;
}

export class Tabs {
  readonly element: HTMLElement;
  current: string;
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private readonly listeners: ((key: string) => void)[] = [];

  constructor(
    name: string,
    private readonly tabs: Tab[],
  ) {
    this.current = tabs[0]?.key ?? "";
    const bar = h("div", { class: "tabs", role: "tablist", "aria-label": name }, ...tabs.map((tab) => this.button(tab)));
    bar.addEventListener("keydown", (event) => this.onKey(event));
    for (const { key, content } of tabs) {
      content.setAttribute("role", "tabpanel");
      content.setAttribute("aria-labelledby", `tab-${key}`);
      content.id ||= `tab-panel-${key}`;
    }
    this.element = h("div", { class: "tabbed" }, bar, ...tabs.map(({ content }) => content));
    this.apply();
  }

  onChange(listener: (key: string) => void): void {
    this.listeners.push(listener);
  }

  select(key: string): void {
    this.current = key;
    this.apply();
    for (const listener of this.listeners) listener(key);
  }

  private button({ key, title, icon: iconName, content }: Tab): HTMLButtonElement {
    content.id ||= `tab-panel-${key}`;
    const button = h("button", { type: "button", role: "tab", id: `tab-${key}`, "aria-controls": content.id, click: () => this.select(key) }, icon(iconName), title);
    this.buttons.set(key, button);
    return button;
  }

  private apply(): void {
    for (const { key, content } of this.tabs) {
      const chosen = key === this.current;
      content.hidden = !chosen;
      const button = this.buttons.get(key);
      button?.setAttribute("aria-selected", String(chosen));
      button?.setAttribute("tabindex", chosen ? "0" : "-1");
    }
  }

  private onKey(event: KeyboardEvent): void {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const index = this.tabs.findIndex(({ key }) => key === this.current);
    const next = this.tabs[(index + by + this.tabs.length) % this.tabs.length];
    if (!next) return;
    this.select(next.key);
    this.buttons.get(next.key)?.focus();
  }
}
