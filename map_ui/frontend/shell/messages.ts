/** Short messages at the foot of the window, read out by screen readers. */
import { h, icon, iconButton } from "../dom";
import { t } from "../i18n";

type Tone = "plain" | "good" | "caution" | "bad";
const ICONS: Record<Tone, string> = { plain: "info", good: "check", caution: "triangle-alert", bad: "circle-alert" };
const SHOWN_MS = 6000;

let holder: HTMLElement | null = null;

function messageHolder(): HTMLElement {
  holder ??= document.body.appendChild(h("div", { class: "messages", role: "status", "aria-live": "polite" }));
  return holder;
}

/** Shows `text` for a while; a message with a tone of "bad" stays until closed. */
export function say(text: string, tone: Tone = "plain"): void {
  const message = h("div", { class: `message ${tone}` }, icon(ICONS[tone]), h("p", {}, text));
  message.append(iconButton("x", t("close"), () => message.remove()));
  messageHolder().replaceChildren(message);
  if (tone !== "bad") window.setTimeout(() => message.remove(), SHOWN_MS);
}

/** Takes the message away: it is about something that has been done since. */
export function quiet(): void {
  holder?.replaceChildren();
}

/** A banner that stays while the network is away. */
export function watchConnection(): void {
  const banner = h("div", { class: "offline", role: "status" }, icon("wifi-off"), h("span", {}, t("offline.banner")));
  const update = () => (navigator.onLine ? banner.remove() : document.body.append(banner));
  window.addEventListener("online", update);
  window.addEventListener("offline", update);
  update();
}
