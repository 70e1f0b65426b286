/** Taking a draft up: from the server, or where this browser left off. */
import { RequestError } from "../api";
import { say } from "../shell/messages";
import type { Draft } from "./draft";
import { server } from "./server";
import type { Base, ChangeSet } from "./types";
import { w } from "./words";

/** Puts a set of the server in the place of the draft in hand. */
export async function openSet(draft: Draft, set: ChangeSet): Promise<void> {
  draft.clear();
  await keepBases(draft, set);
  draft.adopt(set);
}

async function keepBases(draft: Draft, set: ChangeSet): Promise<void> {
  const known = set.operations.filter(({ key, id }) => id !== null && draft.base(key) === null);
  await Promise.all(
    [...new Set(known.map(({ layer }) => layer))].map(async (slug) => {
      const steps = known.filter(({ layer }) => layer === slug);
      // Deleted by somebody else since, or the layer is hidden by now: the check says so, the step stays.
      const bases = await server.bases(slug, steps.map(({ id }) => id ?? "")).catch(() => new Map<string, Base>());
      for (const { key, id } of steps) {
        const base = bases.get(id ?? "");
        if (base) draft.keepBase(key, base);
      }
    }),
  );
}

/** At the start: what this browser kept, brought up to what the server has. */
export async function takeUp(draft: Draft): Promise<void> {
  if (draft.id === null) return;
  try {
    const set = await server.changeSet(draft.id);
    if (set.state === "draft" || set.state === "returned") {
      await keepBases(draft, set);
      draft.adopt(set);
    } else ended(draft);
  } catch (reason) {
    if (reason instanceof RequestError && reason.kind === "missing") ended(draft);
    // Otherwise the copy in this browser is worked on; the keeper tries again.
  }
}

/** Sent or discarded in another window: unsaved steps become a draft of their own. */
function ended(draft: Draft): void {
  if (!draft.unsaved) {
    draft.clear();
    return;
  }
  draft.detach();
  for (const { key } of draft.operations) draft.dirty.add(key);
  draft.describe({});
  say(w("draft.became_new"), "caution");
}
