/** What edits of many features start from: fetched together, kept in the draft. */
import type { Draft } from "../workspace/draft";
import { server } from "../workspace/server";
import { stepKey } from "./plan";

export interface Together {
  /** The steps' keys with the features' ids; null for features that are not on the map yet. */
  keys: { key: string; id: string | null }[];
  /** Features that are not there any more. */
  gone: number;
}

/** Throws RequestError when the server cannot be asked. */
export async function withBases(draft: Draft, layer: string, picked: string[]): Promise<Together> {
  const fresh = picked.filter((one) => draft.step(one)?.kind === "create").map((key) => ({ key, id: null }));
  const known = picked.filter((one) => /^\d+$/.test(one)).map((id) => ({ key: stepKey(draft, layer, id), id }));
  // A base without a step of the draft may be old: what is not edited yet starts from today.
  const missing = known.filter(({ key }) => draft.base(key) === null || draft.step(key) === null);
  const bases = await server.bases(layer, missing.map(({ id }) => id));
  for (const { key, id } of missing) {
    const base = bases.get(id);
    if (base) draft.keepBase(key, base);
  }
  const there = known.filter(({ key, id }) => !missing.some((one) => one.id === id) || bases.has(id) || draft.step(key) !== null);
  return { keys: [...fresh, ...there], gone: known.length - there.length };
}
