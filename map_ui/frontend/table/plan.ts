/** What a bulk edit would do to the draft, feature by feature. Pure: the preview shows it, the draft takes it. */
import { featureKey, withoutNothing, type Draft } from "../workspace/draft";
import { changed, deletion } from "../workspace/steps";
import type { LayerForm, Operation, Values } from "../workspace/types";
import { outcome, type Change, type Outcome } from "./bulk";

export const MOST_STEPS = 1000;

export interface Line {
  key: string;
  before: Values;
  after: Values;
  /** Field → why it cannot be. */
  problems: Record<string, Extract<Outcome, { problem: string }>["problem"]>;
  state: "changed" | "same" | "refused" | "deleted";
}

export interface Plan {
  lines: Line[];
  steps: { key: string; step: Operation | null }[];
}

/** The key of the draft's step for a feature; a step that a program made may have one of its own. */
export function stepKey(draft: Draft, layer: string, id: string): string {
  const known = draft.operations.find((step) => step.layer === layer && (step.id === id || step.key === id));
  return known?.key ?? featureKey(layer, id);
}

/** `keys` name features whose bases the draft knows, or new features of the draft. */
export function planned(draft: Draft, form: LayerForm, keys: { key: string; id: string | null }[], changes: Change[]): Plan {
  const plan: Plan = { lines: [], steps: [] };
  for (const { key, id } of keys) {
    const before = draft.values(key);
    if (draft.step(key)?.kind === "delete") {
      plan.lines.push({ key, before, after: before, problems: {}, state: "deleted" });
      continue;
    }
    const after: Values = { ...before };
    const problems: Line["problems"] = {};
    for (const change of changes) {
      const found = outcome(change, after);
      if ("problem" in found) problems[change.field.name] = found.problem;
      else after[change.field.name] = found.value;
    }
    if (Object.keys(problems).length > 0) {
      plan.lines.push({ key, before, after, problems, state: "refused" });
      continue;
    }
    const values = Object.fromEntries(changes.map(({ field }) => [field.name, after[field.name]]));
    const step = withoutNothing(changed(draft, form, key, id, { values }));
    const same = JSON.stringify(step) === JSON.stringify(draft.step(key));
    plan.lines.push({ key, before, after, problems, state: same ? "same" : "changed" });
    if (!same) plan.steps.push({ key, step });
  }
  return plan;
}

export function deletions(draft: Draft, form: LayerForm, keys: { key: string; id: string | null }[]): Plan["steps"] {
  return keys.filter(({ key }) => draft.step(key)?.kind !== "delete").map(({ key, id }) => ({ key, step: deletion(draft, form, key, id) }));
}

/** How many steps the draft would hold. */
export function stepsAfter(draft: Draft, steps: Plan["steps"]): number {
  const keys = new Set(draft.operations.map(({ key }) => key));
  for (const { key, step } of steps) {
    if (step) keys.add(key);
    else keys.delete(key);
  }
  return keys.size;
}
