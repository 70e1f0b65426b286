/** Keeps the draft: at once in this browser, and a moment later on the server. */
import { RequestError } from "../api";
import { Draft, type SavedDraft } from "./draft";
import { isStale, server } from "./server";
import { w } from "./words";

const WAIT_MS = 1500;
const AGAIN_MS = 15_000;
export type Keeping = "kept" | "waiting" | "saving" | "offline" | "refused";

export class DraftKeeper {
  state: Keeping = "kept";
  /** What the server said when it refused. */
  refusal = "";
  private timer = 0;
  private running: Promise<boolean> | null = null;
  private storageFull = false;
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly draft: Draft,
    private readonly place: string,
    private readonly mayWrite: boolean,
  ) {
    this.restore();
    draft.onChange(() => this.changed());
    window.addEventListener("online", () => void this.save());
    window.addEventListener("beforeunload", (event) => {
      if (draft.unsaved && this.storageFull) event.preventDefault();
    });
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Sends everything that is not on the server yet; true when nothing is left. */
  async save(): Promise<boolean> {
    window.clearTimeout(this.timer);
    if (this.running) await this.running;
    if (!this.draft.unsaved || !this.mayWrite) return true;
    this.running = this.send();
    const done = await this.running;
    this.running = null;
    return done;
  }

  private changed(): void {
    this.keepHere();
    if (!this.draft.unsaved) {
      this.set("kept");
      return;
    }
    if (this.state !== "saving") this.set("waiting");
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), WAIT_MS);
  }

  private async send(): Promise<boolean> {
    this.set("saving");
    try {
      await this.sendAll();
    } catch (reason) {
      if (!(reason instanceof RequestError)) throw reason;
      return this.failed(reason);
    }
    this.keepHere();
    this.set(this.draft.unsaved ? "waiting" : "kept");
    return !this.draft.unsaved;
  }

  private failed(reason: RequestError): boolean {
    const later = reason.kind === "offline" || reason.kind === "server";
    this.refusal = reason.message;
    this.keepHere();
    this.set(later ? "offline" : "refused");
    if (later) this.timer = window.setTimeout(() => void this.save(), AGAIN_MS);
    return false;
  }

  private async sendAll(): Promise<void> {
    const { draft } = this;
    if (draft.empty && draft.id === null) {
      draft.dirty.clear();
      return;
    }
    await this.sendDescription();
    for (let round = 0; draft.dirty.size > 0 && round < 3; round++) {
      for (const key of [...draft.dirty]) await this.sendStep(key);
    }
  }

  private async sendDescription(): Promise<void> {
    const { draft } = this;
    if (draft.id === null) {
      const made = await server.create({ ...draft.meta, title: draft.meta.title || defaultTitle(draft) }, draft.requestKey);
      draft.id = made.id;
      draft.meta = { ...draft.meta, title: made.title };
      draft.revision = made.revision;
      draft.metaDirty = false;
    } else if (draft.metaDirty) {
      const { id } = draft;
      const meta = { ...draft.meta, title: draft.meta.title || defaultTitle(draft) };
      const set = await this.again(() => server.describe(id, draft.revision, meta));
      draft.revision = set.revision;
      draft.metaDirty = false;
    }
  }

  private async sendStep(key: string): Promise<void> {
    const { draft } = this;
    const { id } = draft;
    if (id === null) return;
    const step = draft.step(key);
    const set = await this.again(async () => {
      if (step) return server.put(id, draft.revision, step);
      return server.remove(id, draft.revision, key).catch((reason: unknown) => {
        // It never came to the server: made and undone before the first save.
        if (reason instanceof RequestError && reason.status === 404) return { revision: draft.revision };
        throw reason;
      });
    });
    // Changed again while it was on its way: it stays to be sent.
    if (JSON.stringify(step) === JSON.stringify(draft.step(key))) draft.dirty.delete(key);
    draft.revision = set.revision;
  }

  /** Another window saved in between: take its state, lay this one's unsaved steps over it, try once more. */
  private async again<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (reason) {
      if (!isStale(reason) || this.draft.id === null) throw reason;
      this.draft.adopt(await server.changeSet(this.draft.id));
      return await attempt();
    }
  }

  private set(state: Keeping): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }

  private keepHere(): void {
    try {
      if (this.draft.empty && this.draft.id === null && !this.draft.undoLabel && !this.draft.redoLabel) localStorage.removeItem(this.place);
      else localStorage.setItem(this.place, JSON.stringify(this.draft.saved()));
      this.storageFull = false;
    } catch {
      this.storageFull = true; // full or switched off: the server's copy remains
    }
  }

  private restore(): void {
    try {
      const kept = localStorage.getItem(this.place);
      if (kept) this.draft.restore(JSON.parse(kept) as SavedDraft);
    } catch {
      localStorage.removeItem(this.place);
    }
  }
}

/** "Chỉnh sửa ngày 23/11/2026 14:05" */
export function defaultTitle(draft: Draft): string {
  const at = new Date(draft.startedAt);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${two(at.getDate())}/${two(at.getMonth() + 1)}/${at.getFullYear()}`;
  return w("draft.default_title", { day, time: `${two(at.getHours())}:${two(at.getMinutes())}` });
}
