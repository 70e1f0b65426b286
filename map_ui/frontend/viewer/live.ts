/** Asks the server every second (or less often) what others have changed, as long as somebody looks at the page. */
import { isAbort, readJson, RequestError } from "../api";
import type { Bbox } from "../api_types";

export interface LiveChange {
  layer: string;
  bbox_4326: Bbox;
  at: string;
}

/** Where somebody else is editing. */
export interface LiveEditing {
  layer: string;
  id: string | null;
  name: string;
  bbox_4326: Bbox;
}

interface Answer {
  cursor: string;
  layers: string[];
  changes: LiveChange[];
  editing?: LiveEditing[];
  /** Something was written that is told in a moment: some server processes may not know it yet. */
  soon?: boolean;
}

export interface LiveOptions {
  onChanges(changes: LiveChange[]): void;
  /** The layers that the reader may see, each time that they are not the same. */
  onLayers(slugs: string[]): void;
  /** Too long away to know what changed. */
  onOld(): void;
  onEditing(marks: LiveEditing[]): void;
  /** For a page that may be later than others. */
  everyMs?: number;
}

export const EVERY_MS = 1000;
const SOON_MS = 150;
const LONGEST_PAUSE_MS = 30_000;
const KEPT_MS = 12 * 3600_000; // the server remembers a day
const REPEATED = 400;

/** The pause after `failures` failures in a row; spread, so that not all maps come back at once. */
export function pauseMs(failures: number, chance: number, everyMs = EVERY_MS): number {
  const pause = Math.min(everyMs * 2 ** failures, LONGEST_PAUSE_MS);
  return failures === 0 ? pause : pause * (0.75 + chance / 2);
}

export function overlaps([west, south, east, north]: Bbox, [otherWest, otherSouth, otherEast, otherNorth]: Bbox): boolean {
  return west <= otherEast && east >= otherWest && south <= otherNorth && north >= otherSouth;
}

/** Leaves out what was told before: the server repeats the last two seconds. */
export class Unheard {
  private readonly heard = new Set<string>();

  of(changes: LiveChange[]): LiveChange[] {
    const fresh = changes.filter((change) => !this.heard.has(JSON.stringify(change)));
    for (const change of fresh) this.heard.add(JSON.stringify(change));
    const [...all] = this.heard;
    for (const old of all.slice(0, Math.max(0, all.length - REPEATED))) this.heard.delete(old);
    return fresh;
  }
}

export class Live {
  private cursor: string | null = null;
  private layers = "";
  private editing = "[]";
  private lastAnswer = Date.now();
  private failures = 0;
  private timer = 0;
  private running: AbortController | null = null;
  private readonly unheard = new Unheard();

  constructor(private readonly options: LiveOptions) {
    document.addEventListener("visibilitychange", () => this.now());
    window.addEventListener("online", () => this.now());
    this.now();
  }

  /** Asks at once; nothing while nobody sees the page. */
  now(): void {
    window.clearTimeout(this.timer);
    this.running?.abort();
    if (!document.hidden) void this.ask();
  }

  private async ask(): Promise<void> {
    this.running = new AbortController();
    const { signal } = this.running;
    let soon = false;
    try {
      const answer = await readJson<Answer>("/api/live", { since: this.cursor }, signal);
      this.failures = 0;
      soon = answer.soon ?? false;
      this.take(answer);
    } catch (reason) {
      if (isAbort(reason)) return; // asked again by whoever stopped it
      if (!(reason instanceof RequestError)) throw reason;
      this.failures += 1;
    }
    if (!signal.aborted && !document.hidden) this.timer = window.setTimeout(() => void this.ask(), pauseMs(this.failures, Math.random(), soon ? SOON_MS : this.options.everyMs));
  }

  private take({ cursor, layers, changes, editing = [] }: Answer): void {
    const first = this.cursor === null; // what it brings is on the map already
    const old = this.cursor !== null && Date.now() - this.lastAnswer > KEPT_MS;
    this.lastAnswer = Date.now();
    this.cursor = cursor;
    const known = layers.join();
    if (known !== this.layers) this.options.onLayers(layers);
    this.layers = known;
    const marks = JSON.stringify(editing);
    if (marks !== this.editing) this.options.onEditing(editing);
    this.editing = marks;
    const fresh = this.unheard.of(changes);
    if (old) this.options.onOld();
    else if (fresh.length > 0 && !first) this.options.onChanges(fresh);
  }
}
