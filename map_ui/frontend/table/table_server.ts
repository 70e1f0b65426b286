/** Questions of the table. They are sent, not asked by address, because lists of ids do not fit into one. */
import { RequestError, addressOf, isAbort } from "../api";
import type { LayerRows } from "../api_types";
import { language } from "../i18n";
import { refusalOf, token } from "../workspace/server";
import type { QuestionBody } from "./question";

async function ask<T>(path: string, body: QuestionBody, signal: AbortSignal | null): Promise<T> {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token() };
  const response = await fetch(addressOf(path, { lang: language }), { method: "POST", headers, credentials: "same-origin", body: JSON.stringify(body), signal }).catch((reason: unknown) => {
    if (isAbort(reason)) throw reason;
    throw new RequestError("offline", 0, String(reason));
  });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as T;
}

const layerPath = (layer: string, rest: string) => `/api/layers/${encodeURIComponent(layer)}/${rest}`;

export interface FoundIds {
  ids: string[];
  total: number | null;
  total_is_more: boolean;
  /** More than these a draft cannot hold. */
  most: number;
}

export const tableServer = {
  rows: (layer: string, body: QuestionBody, signal: AbortSignal) => ask<LayerRows>(layerPath(layer, "rows"), body, signal),
  rowIds: (layer: string, body: QuestionBody) => ask<FoundIds>(layerPath(layer, "row-ids"), body, null),
};
