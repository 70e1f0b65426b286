/** Keeps the draft: at once in this browser, and a moment later on the server. */
import { RequestError } from "../api";
import { language } from "../i18n";
import { Draft, type SavedDraft } from "./draft";
import { isStale, Refusal, server, type Meta } from "./server";
import { w } from "./words";

const WAIT_MS = 1500;
const AGAIN_MS = 15_000;
const MOST_STEPS = 250; // of one request
const MOST_CHARACTERS = 1_000_000; // of shapes and values in one request
const WORDS_REFUSED = [400, 409, 422];
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

  /** Goes on with what an earlier page could not send: it was closed, crashed or had no connection. */
  resume(): void {
    if (this.draft.unsaved) this.changed();
  }

  /** Sends everything that is not on the server yet; true when nothing is left. */
  async save(): Promise<boolean> {
    window.clearTimeout(this.timer);
    while (this.running) await this.running; // several may have waited for the same one; one at a time goes on
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
    // What the server refuses stays here and is told; everything else must arrive all the same.
    const refused = new Set<string>();
    let refusal: Refusal | null = null;
    const open = () => [...draft.dirty].filter((key) => !refused.has(key));
    for (let round = 0; open().length > 0 && round < 3; round++) {
      for (const keys of batches(draft, open())) refusal = (await this.sendOthers(keys, refused)) ?? refusal;
    }
    if (refusal) throw refusal;
  }

  private async sendDescription(): Promise<void> {
    const { draft } = this;
    if (draft.id === null) await this.create();
    const { id, meta } = draft;
    if (id === null || !draft.metaDirty) return;
    const set = await this.again(() => server.describe(id, draft.revision, titled(draft)));
    draft.revision = set.revision;
    draft.metaDirty = draft.meta !== meta; // described again while it was on its way
  }

  /** Asks for a draft; after a lost answer with the same words, whatever was typed since, so that it is one draft. */
  private async create(): Promise<void> {
    const { draft } = this;
    const asked = (draft.asked ??= { meta: titled(draft), lang: language });
    this.keepHere();
    try {
      const made = await server.create(asked, draft.requestKey);
      draft.id = made.id;
      draft.revision = made.revision;
      draft.meta = { ...draft.meta, title: draft.meta.title || made.title };
      draft.metaDirty = JSON.stringify(draft.meta) !== JSON.stringify(asked.meta);
      this.keepHere();
    } catch (reason) {
      // The server remembers that it refused these words: what is put right is another request.
      if (reason instanceof RequestError && WORDS_REFUSED.includes(reason.status)) draft.detach();
      throw reason;
    }
  }

  /** Sends the steps; when some are refused, the others without them. Gives the refusal back. */
  private async sendOthers(keys: string[], refused: Set<string>): Promise<Refusal | null> {
    try {
      await this.sendSteps(keys);
      return null;
    } catch (reason) {
      const named = new Set(reason instanceof Refusal ? reason.errors.map(({ key }) => String(key)) : []);
      const bad = keys.filter((key) => named.has(key));
      if (!(reason instanceof Refusal) || bad.length === 0) throw reason;
      for (const key of bad) refused.add(key);
      const rest = keys.filter((key) => !named.has(key));
      return (rest.length > 0 ? await this.sendOthers(rest, refused) : null) ?? reason;
    }
  }

  private async sendSteps(keys: string[]): Promise<void> {
    const { draft } = this;
    const { id } = draft;
    if (id === null) return;
    const sent = keys.map((key) => ({ key, step: draft.step(key) }));
    const steps = sent.flatMap(({ step }) => step ?? []);
    const removed = sent.flatMap(({ key, step }) => (step ? [] : [key]));
    const set = await this.again(() => server.saveSteps(id, draft.revision, steps, removed));
    // Changed again while it was on its way: it stays to be sent.
    for (const { key, step } of sent) if (JSON.stringify(step) === JSON.stringify(draft.step(key))) draft.dirty.delete(key);
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
      if (this.draft.unsaved) this.state = "waiting";
    } catch {
      localStorage.removeItem(this.place);
    }
  }
}

/** The keys in groups that one request can carry. */
export function batches(draft: Draft, keys: string[]): string[][] {
  const found: string[][] = [];
  let room = 0;
  for (const key of keys) {
    const size = JSON.stringify(draft.step(key)).length;
    const last = found.at(-1);
    if (last && last.length < MOST_STEPS && size <= room) {
      last.push(key);
      room -= size;
    } else {
      found.push([key]);
      room = MOST_CHARACTERS - size;
    }
  }
  return found;
}

function titled(draft: Draft): Meta {
  return { ...draft.meta, title: draft.meta.title || defaultTitle(draft) };
}

/** "Chỉnh sửa ngày 23/11/2026 14:05" */
export function defaultTitle(draft: Draft): string {
  const at = new Date(draft.startedAt);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${two(at.getDate())}/${two(at.getMonth() + 1)}/${at.getFullYear()}`;
  return w("draft.default_title", { day, time: `${two(at.getHours())}:${two(at.getMinutes())}` });
}
