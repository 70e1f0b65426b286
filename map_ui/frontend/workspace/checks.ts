/** Checks of the draft while it is edited: what the browser knows at once, then what the server finds. */
import { RequestError } from "../api";
import type { Draft } from "./draft";
import { localProblems } from "./form";
import { server } from "./server";
import type { LayerForm, Problem } from "./types";

const WAIT_MS = 700;
const MOST = 1000; // steps that the server looks at in one question; it checks all again on submission

export class Checks {
  /** True while the server has not looked at the latest state. */
  waiting = false;
  private found: Problem[] = [];
  private asked = "";
  private timer = 0;
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly draft: Draft,
    private readonly forms: ReadonlyMap<string, LayerForm>,
  ) {
    draft.onChange(() => this.soon());
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  get all(): Problem[] {
    const local = this.draft.operations.flatMap(({ key, kind, layer }) => {
      const form = this.forms.get(layer);
      const known = kind === "create" || this.draft.base(key) !== null;
      return form && known && kind !== "delete" ? localProblems(form, key, this.draft.values(key)) : [];
    });
    const known = new Set(local.map(({ key, field }) => `${key} ${field ?? ""}`));
    const keys = new Set(this.draft.operations.map(({ key }) => key));
    return [...local, ...this.found.filter(({ key, field }) => keys.has(key) && !known.has(`${key} ${field ?? ""}`))];
  }

  of(key: string | null): Problem[] {
    return this.all.filter((problem) => problem.key === key);
  }

  /** Asks now; false when the server could not be asked. */
  async run(): Promise<boolean> {
    window.clearTimeout(this.timer);
    const operations = this.draft.operations.slice(0, MOST);
    const asked = JSON.stringify(operations);
    this.asked = asked;
    try {
      const problems = operations.length > 0 ? (await server.checks(operations)).problems : [];
      if (asked !== this.asked) return true; // a newer question is under way
      this.found = problems;
      this.tell(false);
      return true;
    } catch (reason) {
      if (!(reason instanceof RequestError)) throw reason;
      this.tell(false);
      return false;
    }
  }

  private soon(): void {
    window.clearTimeout(this.timer);
    this.tell(!this.draft.empty);
    this.timer = window.setTimeout(() => void this.run(), WAIT_MS);
  }

  private tell(waiting: boolean): void {
    this.waiting = waiting;
    for (const listener of this.listeners) listener();
  }
}
