/** The draft in this browser: its steps, what each started from, and everything that can be undone.
 *  Nothing here knows the page or the network; whoever keeps it asks for `saved()`. */
import type { Base, ChangeSet, Operation, Values } from "./types";
import type { Meta } from "./server";

/** One act of the person: the steps that it replaced. */
interface Act {
  label: string;
  changes: { key: string; before: Operation | null; after: Operation | null }[];
}

/** The request for a new draft on the server, as it was first sent: sent again it must be the same. */
export interface Asked {
  meta: Meta;
  lang: string;
}

export interface SavedDraft {
  id: number | null;
  revision: number;
  requestKey: string;
  asked?: Asked | null;
  meta: Meta;
  operations: Operation[];
  bases: Record<string, Base>;
  acts: Act[];
  done: number;
  dirty: string[];
  metaDirty: boolean;
  startedAt: string;
}

const KEPT_ACTS = 200;

/** Short and unlikely to come twice; crypto.randomUUID is missing on plain http. */
export function newKey(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return prefix + [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function featureKey(layer: string, id: string): string {
  return `${layer}:${id}`.slice(-64);
}

function same(a: unknown, b: unknown): boolean {
  const plain = (value: unknown) => (value === undefined || value === "" ? null : value);
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

/** The values that differ from the base; a value that went back to the base is no change. */
export function differing(values: Values, base: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => !same(value, base[name])));
}

/** A step that changes nothing is no step. */
export function withoutNothing(step: Operation): Operation | null {
  const empty = step.kind === "update" && step.geometry === null && Object.keys(step.values).length === 0;
  return empty ? null : step;
}

export const EMPTY_META: Meta = { title: "", reason: "", decision_number: "", publish_on: null };

export class Draft {
  id: number | null = null;
  revision = 0;
  requestKey = newKey("draft-");
  asked: Asked | null = null;
  meta: Meta = { ...EMPTY_META };
  startedAt = new Date().toISOString();
  readonly dirty = new Set<string>();
  metaDirty = false;
  private steps = new Map<string, Operation>();
  private bases: Record<string, Base> = {};
  private acts: Act[] = [];
  private done = 0;
  private readonly listeners: (() => void)[] = [];

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  get operations(): Operation[] {
    return [...this.steps.values()];
  }

  get empty(): boolean {
    return this.steps.size === 0;
  }

  get unsaved(): boolean {
    return this.dirty.size > 0 || this.metaDirty;
  }

  step(key: string): Operation | null {
    return this.steps.get(key) ?? null;
  }

  base(key: string): Base | null {
    return this.bases[key] ?? null;
  }

  keepBase(key: string, base: Base): void {
    this.bases[key] = base;
  }

  /** What the feature is with the draft's step laid over its base. */
  values(key: string): Values {
    return { ...this.bases[key]?.values, ...this.steps.get(key)?.values };
  }

  geometry(key: string): GeoJSON.Geometry | null {
    return this.steps.get(key)?.geometry ?? this.bases[key]?.geometry ?? null;
  }

  /** One act: undone and redone as a whole. */
  act(label: string, after: { key: string; step: Operation | null }[]): void {
    const changes = after
      .map(({ key, step }) => ({ key, before: this.step(key), after: step && withoutNothing(step) }))
      .filter(({ before, after: next }) => !same(before, next));
    if (changes.length === 0) return;
    this.acts = [...this.acts.slice(0, this.done), { label, changes }].slice(-KEPT_ACTS);
    this.done = this.acts.length;
    for (const { key, after: next } of changes) this.put(key, next);
    this.tell();
  }

  get undoLabel(): string | null {
    return this.acts[this.done - 1]?.label ?? null;
  }

  get redoLabel(): string | null {
    return this.acts[this.done]?.label ?? null;
  }

  /** The keys that went back; empty when there is nothing to undo. */
  undo(): string[] {
    const act = this.acts[this.done - 1];
    if (!act) return [];
    this.done -= 1;
    for (const { key, before } of act.changes) this.put(key, before);
    this.tell();
    return act.changes.map(({ key }) => key);
  }

  redo(): string[] {
    const act = this.acts[this.done];
    if (!act) return [];
    this.done += 1;
    for (const { key, after } of act.changes) this.put(key, after);
    this.tell();
    return act.changes.map(({ key }) => key);
  }

  describe(meta: Partial<Meta>): void {
    this.meta = { ...this.meta, ...meta };
    this.metaDirty = true;
    this.tell();
  }

  /** The server's state; what is not saved yet stays as it is here. */
  adopt(set: ChangeSet): void {
    if (set.id === this.id && set.revision < this.revision) return; // it was long on its way; what came since is newer
    this.id = set.id;
    this.revision = set.revision;
    const { title, reason, decision_number, publish_on } = set;
    if (!this.metaDirty) this.meta = { title, reason, decision_number, publish_on };
    const mine = this.operations.filter(({ key }) => this.dirty.has(key));
    const theirs = set.operations.filter(({ key }) => !this.dirty.has(key));
    this.steps = new Map([...theirs, ...mine].map((step) => [step.key, step]));
    this.tell();
  }

  /** The server has no such draft, or none any more: the next save asks for a new one. */
  detach(): void {
    this.id = null;
    this.revision = 0;
    this.requestKey = newKey("draft-");
    this.asked = null;
  }

  /** A new, empty draft. */
  clear(): void {
    this.detach();
    this.meta = { ...EMPTY_META };
    this.startedAt = new Date().toISOString();
    this.steps = new Map();
    this.bases = {};
    this.acts = [];
    this.done = 0;
    this.dirty.clear();
    this.metaDirty = false;
    this.tell();
  }

  saved(): SavedDraft {
    const { id, revision, requestKey, asked, meta, operations, bases, acts, done, metaDirty, startedAt } = this;
    return { id, revision, requestKey, asked, meta, operations, bases, acts, done, dirty: [...this.dirty], metaDirty, startedAt };
  }

  restore(saved: SavedDraft): void {
    this.id = saved.id;
    this.revision = saved.revision;
    this.requestKey = saved.requestKey;
    this.asked = saved.asked ?? null;
    this.meta = saved.meta;
    this.startedAt = saved.startedAt;
    this.steps = new Map(saved.operations.map((step) => [step.key, step]));
    this.bases = saved.bases;
    this.acts = saved.acts;
    this.done = saved.done;
    this.dirty.clear();
    for (const key of saved.dirty) this.dirty.add(key);
    this.metaDirty = saved.metaDirty;
    this.tell();
  }

  private put(key: string, step: Operation | null): void {
    if (step) this.steps.set(key, step);
    else this.steps.delete(key);
    this.dirty.add(key);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
