/** Steps that others have overtaken, and the steps that a person's choices make of them. Pure. */
import { withoutNothing } from "./draft";
import type { Base, Conflict, ConflictSides, LayerForm, Operation, Values } from "./types";

export type Whose = "mine" | "theirs";
/** What becomes of the step as a whole, where its feature is gone or its key is taken. */
export type Way = "merge" | "drop" | "again" | "apart";
export const SHAPE = "geom";

export interface Choices {
  way: Way | null;
  fields: Map<string, Whose>;
}

export function noChoices(): Choices {
  return { way: null, fields: new Map() };
}

/** The ways that a conflict leaves open; one alone is taken without asking. */
export function waysOf({ cause, kind, geometry }: Conflict): Way[] {
  if (kind === "delete") return cause === "gone" ? ["drop"] : ["merge", "drop"];
  if (cause === "gone") return geometry.base || geometry.mine ? ["again", "drop"] : ["drop"];
  return cause === "key_taken" ? ["merge", "apart", "drop"] : ["merge"];
}

export function wayOf(conflict: Conflict, choices: Choices): Way | null {
  const [first, ...others] = waysOf(conflict);
  return choices.way ?? (others.length === 0 ? (first ?? null) : null);
}

/** Names of the fields, SHAPE among them, in which a person must choose. */
export function disputes({ fields, geometry, kind }: Conflict): string[] {
  if (kind === "delete") return [];
  const names = fields.filter(({ outcome }) => outcome === "choose").map(({ field }) => field);
  return geometry.outcome === "choose" ? [...names, SHAPE] : names;
}

/** How many choices are still to be made. */
export function openChoices(conflict: Conflict, choices: Choices): number {
  const way = wayOf(conflict, choices);
  if (way === null) return 1;
  return way === "merge" ? disputes(conflict).filter((name) => !choices.fields.has(name)).length : 0;
}

/** Everything that is disputed goes to one side. */
export function takeAll(conflict: Conflict, whose: Whose): Choices {
  const fields = new Map(disputes(conflict).map((name): [string, Whose] => [name, whose]));
  const [first] = waysOf(conflict);
  if (whose === "theirs" && (conflict.kind === "delete" || conflict.cause === "gone")) return { way: "drop", fields };
  return { way: first ?? null, fields };
}

function counts(sides: Pick<ConflictSides, "outcome">, name: string, choices: Choices): boolean {
  return sides.outcome === "mine" || (sides.outcome === "choose" && choices.fields.get(name) === "mine");
}

/** The step as it starts from today's feature; null when nothing of it is left.
 *  `before` is the feature at the step's start, for one that is made again. */
export function resolvedStep(step: Operation, conflict: Conflict, choices: Choices, before: Base | null, form: LayerForm): Operation | null {
  const way = wayOf(conflict, choices);
  if (way === "drop" || way === null) return null;
  if (way === "apart") return step;
  if (way === "again") return madeAgain(step, before, form);
  const today = { ...step, base_version: conflict.version, id: conflict.id };
  if (step.kind === "delete") return today;
  const values: Values = {};
  for (const sides of conflict.fields) if (counts(sides, sides.field, choices)) values[sides.field] = step.values[sides.field];
  const geometry = counts(conflict.geometry, SHAPE, choices) ? (step.geometry ?? conflict.geometry.mine) : null;
  return withoutNothing({ ...today, kind: "update", values, geometry });
}

/** A new feature with what the deleted one had and what the step changes in it. */
function madeAgain(step: Operation, before: Base | null, form: LayerForm): Operation {
  const known = new Set(form.fields.map(({ name }) => name));
  const kept = Object.fromEntries(Object.entries(before?.values ?? {}).filter(([name, value]) => known.has(name) && value !== null));
  return { ...step, kind: "create", id: null, base_version: null, values: { ...kept, ...step.values }, geometry: step.geometry ?? before?.geometry ?? null };
}
