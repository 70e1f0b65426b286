/** Requests of the workspace. Writes carry the session's token and the revision that they start from. */
import { RequestError, addressOf, readJson, type FailureKind } from "../api";
import { language } from "../i18n";
import { sendFile } from "./upload";
import type { Base, ChangeSet, ChangeSetHead, Conflict, FeatureVersion, FieldDifference, FileShapes, Home, LayerForm, Operation, Problem, SetComment, Values, Verdict } from "./types";
import { newKey, type Asked } from "./draft";
import { sentOnce } from "./sending";

const CHANGE_SETS = "/api/change-sets";
const CHECKS = "/api/checks";
export const SHAPES = "/api/shapes/";
const MOST_BASES = 500; // of one request
export type Box = "drafts" | "review" | "sent" | "returned" | "conflicts" | "published";

/** A refusal with what the server says of each value or step. */
export class Refusal extends RequestError {
  constructor(
    kind: FailureKind,
    status: number,
    message: string,
    readonly code: string,
    readonly errors: Record<string, unknown>[],
  ) {
    super(kind, status, message);
  }
}

/** Somebody else, or the same person in another window, changed it in between. */
export function isStale(reason: unknown): boolean {
  return reason instanceof RequestError && (reason.status === 412 || reason.status === 409);
}

export function token(): string {
  const found = /(?:^|;\s*)(?:__Host-)?csrf=([^;]+)/.exec(document.cookie);
  return found?.[1] ?? "";
}

interface Write {
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  /** Sent as it is, in place of a body. */
  file?: Blob;
  query?: Record<string, string>;
  revision?: number;
  requestKey?: string;
}

export async function refusalOf(response: Response): Promise<Refusal> {
  const kind: FailureKind = response.status === 404 ? "missing" : response.status >= 500 ? "server" : "refused";
  const said = (await response.json().catch(() => ({}))) as { detail?: string; title?: string; code?: string; errors?: Record<string, unknown>[] };
  return new Refusal(kind, response.status, said.detail || said.title || response.statusText, said.code ?? "", said.errors ?? []);
}

export async function write<T>(path: string, { method, body, file, query, revision, requestKey }: Write): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", "X-CSRFToken": token() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (revision !== undefined) headers["If-Match"] = `"${revision}"`;
  // What writes nothing may be repeated as it is, and a presence too.
  if (!path.startsWith(CHECKS) && !path.startsWith(SHAPES) && !path.startsWith("/api/presence/") && !file) headers["Idempotency-Key"] = requestKey ?? newKey("once-");
  const address = addressOf(path, { lang: language, ...query });
  const options: RequestInit = { method, headers, credentials: "same-origin", keepalive: method === "DELETE" };
  if (body !== undefined) options.body = JSON.stringify(body);
  if (file) {
    options.body = file;
    headers["Content-Type"] = "application/octet-stream";
  }
  const response = await sentOnce(address, options);
  if (!response.ok) throw await refusalOf(response);
  return (response.status === 204 ? null : await response.json()) as T;
}

interface Item {
  geometry: GeoJSON.Geometry;
  properties: Values;
}

/** The values of an item as the write side names them: translations of a name are one field. */
function baseOf({ geometry, properties }: Item): Base {
  const values: Values = {};
  const names: Values = {};
  for (const [name, value] of Object.entries(properties)) {
    if (name === "_version") continue;
    if (/^name_[a-z]{2}$/.test(name)) {
      if (value) names[name.slice(5)] = value;
    } else values[name] = value;
  }
  return { geometry, version: Number(properties["_version"]), values: { ...values, names } };
}

export interface PastItems {
  numberMatched?: number;
  features: { id: string | number; geometry: GeoJSON.Geometry; properties: Values }[];
}

export type Meta = Pick<ChangeSet, "title" | "reason" | "decision_number" | "publish_on">;
const one = (id: number, rest = "") => `${CHANGE_SETS}/${id}${rest}`;
const featurePath = (layer: string, id: string) => `/api/layers/${encodeURIComponent(layer)}/features/${encodeURIComponent(id)}`;

export const server = {
  /** The shapes in a file that the layer may take; nothing is kept on the server. */
  shapesOfFile: (layer: string, file: File, query: { crs: string; layer: string }) =>
    write<FileShapes>(`/api/layers/${encodeURIComponent(layer)}/geometry-file`, { method: "POST", file, query: { name: file.name, ...query } }),
  form: (layer: string) => readJson<LayerForm>(`/api/layers/${encodeURIComponent(layer)}/form`, { lang: language }),
  base: async (layer: string, id: string): Promise<Base> =>
    baseOf(await readJson<Item>(`/ogc/collections/${encodeURIComponent(layer)}/items/${encodeURIComponent(id)}`, { f: "json" })),
  /** Many features as a draft starts from them, by id; one that is gone or hidden is not among them. */
  bases: async (layer: string, ids: string[]): Promise<Map<string, Base>> => {
    const found = new Map<string, Base>();
    for (let start = 0; start < ids.length; start += MOST_BASES) {
      const body = { ids: ids.slice(start, start + MOST_BASES) };
      const { features } = await write<{ features: (Item & { id: number })[] }>(`/api/layers/${encodeURIComponent(layer)}/features`, { method: "POST", body });
      for (const item of features) found.set(String(item.id), baseOf(item));
    }
    return found;
  },
  /** An earlier version in the shape of a base. */
  versionAsBase: async (layer: string, id: string, version: number): Promise<Base> => {
    const { geometry, properties } = await server.version(layer, id, version);
    return { ...baseOf({ geometry, properties: properties ?? {} }), version };
  },
  items: (layer: string, bbox: number[], limit: number, signal: AbortSignal) =>
    readJson<GeoJSON.FeatureCollection>(`/ogc/collections/${encodeURIComponent(layer)}/items`, { bbox: bbox.map((v) => v.toFixed(6)).join(","), limit }, signal),
  /** A layer as it was recorded at a moment that has passed. */
  itemsAt: (layer: string, moment: Date, bbox: number[], limit: number, signal: AbortSignal) =>
    readJson<PastItems>(`/ogc/collections/${encodeURIComponent(layer)}/items`, { f: "json", datetime: moment.toISOString(), bbox: bbox.map((v) => v.toFixed(6)).join(","), limit }, signal),
  checks: (operations: Operation[]) => write<{ problems: Problem[] }>(CHECKS, { method: "POST", body: { operations } }),

  list: async (box: Box, offset = 0) => readJson<{ total: number; change_sets: ChangeSetHead[] }>(CHANGE_SETS, { box, offset, lang: language }),
  home: () => readJson<Home>("/api/home", { lang: language }),
  conflicts: (id: number) => readJson<{ steps: Conflict[] }>(one(id, "/conflicts"), { lang: language }),
  changeSet: (id: number) => readJson<ChangeSet>(one(id), { lang: language }),
  create: ({ meta, lang }: Asked, requestKey: string) => write<ChangeSet>(CHANGE_SETS, { method: "POST", body: meta, query: { lang }, requestKey }),
  describe: (id: number, revision: number, meta: Meta) => write<ChangeSet>(one(id), { method: "PATCH", body: meta, revision }),
  discard: (id: number, revision: number) => write<null>(one(id), { method: "DELETE", revision }),
  /** Adds, replaces and takes out steps: all of them or none. */
  saveSteps: (id: number, revision: number, operations: Operation[], removed: string[]) =>
    write<ChangeSetHead>(one(id, "/operations"), { method: "PATCH", body: { operations, removed }, revision }),
  submit: (id: number, revision: number) => write<ChangeSet>(one(id, "/submit"), { method: "POST", body: {}, revision }),
  withdraw: (id: number, revision: number) => write<ChangeSet>(one(id, "/withdraw"), { method: "POST", body: {}, revision }),
  publish: (id: number, revision: number) => write<ChangeSet>(one(id, "/publish"), { method: "POST", body: {}, revision }),
  approve: (id: number, revision: number, note: string) => write<ChangeSet>(one(id, "/approve"), { method: "POST", body: { note }, revision }),
  /** `part`: only the steps marked so go back; the rest stays in review. */
  sendBack: (id: number, revision: number, note: string, verdicts: { key: string; verdict: Verdict; note: string }[], part = false) =>
    write<ChangeSet>(one(id, "/return"), { method: "POST", body: { note, verdicts, part }, revision }),
  attach: async (id: number, revision: number, file: File, key: string, onShare: (share: number) => void): Promise<ChangeSet> => {
    const path = addressOf(one(id, "/attachments"), { name: file.name, key, lang: language });
    const headers = { "Content-Type": "application/octet-stream", Accept: "application/json", "X-CSRFToken": token(), "If-Match": `"${revision}"` };
    const response = await sendFile({ path, headers, file, onShare });
    if (!response.ok) throw await refusalOf(response);
    return (await response.json()) as ChangeSet;
  },
  detach: (id: number, revision: number, attachment: number) => write<ChangeSet>(one(id, `/attachments/${attachment}`), { method: "DELETE", revision }),
  comments: (id: number) => readJson<{ comments: SetComment[] }>(one(id, "/comments"), { lang: language }),
  comment: (id: number, said: { text: string; key: string; place: [number, number] | null }) => write<SetComment>(one(id, "/comments"), { method: "POST", body: said }),
  undo: (id: number, reason: string) => write<{ layers: { slug: string; title: string; listed: boolean }[] }>(one(id, "/undo"), { method: "POST", body: { reason } }),

  hold: (page: string, held: object) => write<null>(`/api/presence/${page}`, { method: "PUT", body: held }),
  release: (page: string) => write<null>(`/api/presence/${page}`, { method: "DELETE" }),

  versions: (layer: string, id: string) => readJson<{ versions: FeatureVersion[]; may: { restore: boolean } }>(`${featurePath(layer, id)}/versions`, { lang: language }),
  version: (layer: string, id: string, version: number) => readJson<GeoJSON.Feature>(`${featurePath(layer, id)}/versions/${version}`, { lang: language }),
  difference: (layer: string, id: string, from: number, to: number) =>
    readJson<{ fields: FieldDifference[]; geometry_changed: boolean }>(`${featurePath(layer, id)}/diff`, { from, to, lang: language }),
  restore: (layer: string, id: string, version: number, baseVersion: number, reason: string) =>
    write<unknown>(`${featurePath(layer, id)}/restore`, { method: "POST", body: { version, base_version: baseVersion, reason } }),
};
