/** What a list or panel shows while it waits, when it is empty and when something failed. */
import { isAbort, RequestError } from "../api";
import { h, icon, replaceChildren } from "../dom";
import { t } from "../i18n";

const SKELETON_AFTER_MS = 300;

export function skeleton(lines = 6): HTMLElement {
  return h("div", { class: "skeleton", "aria-hidden": "true" }, ...Array.from({ length: lines }, () => h("span")));
}

export function emptyState(iconName: string, title: string, text = ""): HTMLElement {
  return h("div", { class: "state" }, icon(iconName), h("strong", {}, title), text ? h("p", {}, text) : null);
}

export function failureWords(reason: unknown): { title: string; text: string; icon: string } {
  const kind = reason instanceof RequestError ? reason.kind : "server";
  if (kind === "offline") return { icon: "wifi-off", title: t("error.offline"), text: t("error.offline_text") };
  if (kind === "missing") return { icon: "search", title: t("error.missing"), text: t("error.missing_text") };
  if (kind === "refused") return { icon: "circle-alert", title: t("error.refused"), text: (reason as RequestError).message };
  return { icon: "circle-alert", title: t("error.server"), text: t("error.server_text") };
}

export function errorState(reason: unknown, again: (() => void) | null): HTMLElement {
  const words = failureWords(reason);
  const retry = again && h("button", { type: "button", class: "button", click: again }, icon("rotate-ccw"), t("again"));
  return h("div", { class: "state", role: "alert" }, icon(words.icon), h("strong", {}, words.title), h("p", {}, words.text), retry);
}

/** Fills `target` from a promise: a skeleton if it takes longer than 300 ms, words if it fails. */
export async function fillFrom<T>(
  target: HTMLElement,
  work: () => Promise<T>,
  shown: (value: T) => Node[],
): Promise<void> {
  const timer = window.setTimeout(() => replaceChildren(target, skeleton()), SKELETON_AFTER_MS);
  target.setAttribute("aria-busy", "true");
  try {
    const value = await work();
    window.clearTimeout(timer);
    replaceChildren(target, ...shown(value));
  } catch (reason) {
    window.clearTimeout(timer);
    if (isAbort(reason)) return; // a newer request fills the panel
    replaceChildren(target, errorState(reason, () => void fillFrom(target, work, shown)));
  } finally {
    target.removeAttribute("aria-busy");
  }
}
