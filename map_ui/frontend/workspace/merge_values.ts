/** What becomes of the values of features that are merged. Pure. */
import type { FormField, LayerForm, Values } from "./types";

export interface Candidate {
  key: string;
  values: Values;
}

/** The fields in which the features differ. */
export function disputed(form: LayerForm, candidates: Candidate[]): FormField[] {
  const said = (values: Values, name: string) => JSON.stringify(values[name] ?? "");
  return form.fields.filter(({ name }) => new Set(candidates.map(({ values }) => said(values, name))).size > 1);
}

/** The values that the feature which stays gets; only those that it does not have already. */
export function chosenValues(candidates: Candidate[], kept: string, choices: ReadonlyMap<string, string>): Values {
  const values = (key: string) => candidates.find((candidate) => candidate.key === key)?.values ?? {};
  return Object.fromEntries([...choices].filter(([, key]) => key !== kept).map(([name, key]) => [name, values(key)[name] ?? ""]));
}
