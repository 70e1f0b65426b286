/** Requests of the import pages. */
import { addressOf, readJson, RequestError } from "../api";
import { language } from "../i18n";
import { refusalOf, token, write } from "../workspace/server";
import type { Answers, Job, JobHead, JobProgress, JobState, JobStep, RestPart, RowMapData, Target } from "./types";

const IMPORTS = "/api/imports";
const one = (id: number, rest = "") => `${IMPORTS}/${id}${rest}`;

export interface Start {
  theme: string;
  layer: string;
  new_layer_title: string;
  /** An import of which this is another part: the same files, the same answers. */
  rest_of?: number;
  geometry?: RestPart["geometry"];
  source_layer?: string;
}

type Words = Partial<Pick<Job, "title" | "reason" | "decision_number">>;

/** Sends one file as the body of a request; `onSent` hears the bytes that have left. */
function upload(id: number, file: File, onSent: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", addressOf(one(id, `/files/${encodeURIComponent(file.name)}`), { lang: language }));
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => onSent(event.loaded);
    request.onerror = () => reject(new RequestError("offline", 0, "upload"));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.onload = () => {
      if (request.status < 300) resolve();
      else void refusalOf(new Response(request.responseText, { status: request.status })).then(reject);
    };
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

export const server = {
  list: () => readJson<{ imports: JobHead[]; targets: Target[]; kinds: string[] }>(IMPORTS, { lang: language }),
  job: (id: number) => readJson<Job>(one(id), { lang: language }),
  progress: (id: number) => readJson<{ state: JobState; progress: JobProgress }>(one(id, "/progress"), { lang: language }),
  rows: (id: number) => readJson<RowMapData>(one(id, "/rows"), { lang: language }),
  start: (body: Start) => write<Job>(IMPORTS, { method: "POST", body }),
  upload,
  removeFile: (id: number, name: string) => write<Job>(one(id, `/files/${encodeURIComponent(name)}`), { method: "DELETE" }),
  change: (id: number, body: Partial<Answers> & Words) => write<Job>(one(id), { method: "PATCH", body }),
  step: (id: number, step: JobStep, note = "") => write<Job>(one(id, `/${step}`), { method: "POST", body: { note } }),
  useProfile: (id: number, name: string) => write<Job>(one(id, "/profile"), { method: "POST", body: { name } }),
  saveProfile: (id: number, name: string) => write<Job>(one(id, "/profile"), { method: "PUT", body: { name } }),
  renameProfile: (id: number, name: string, newName: string) => write<Job>(one(id, "/profile"), { method: "PATCH", body: { name, new_name: newName } }),
  forgetProfile: (id: number, name: string) => write<Job>(one(id, "/profile"), { method: "DELETE", body: { name } }),
  discard: (id: number) => write<null>(one(id), { method: "DELETE" }),
  undo: (changeSet: number, reason: string) => write<unknown>(`/api/change-sets/${changeSet}/undo`, { method: "POST", body: { reason } }),
  rejected: (id: number, format: string) => addressOf(one(id, "/rejected"), { f: format, lang: language }),
};
