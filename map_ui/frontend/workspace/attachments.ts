/** Scans beside a change set: a list to download from, and for its author a way to add and remove. */
import { h, icon, iconButton, replaceChildren } from "../dom";
import { formatNumber } from "../format";
import { say } from "../shell/messages";
import { failureWords } from "../shell/states";
import { confirmed } from "./dialogue";
import { server } from "./server";
import type { ChangeSet, SetAttachment } from "./types";
import { w } from "./words";

const LARGEST_BYTES = 25 * 1024 * 1024;
const TAKEN = "application/pdf,image/jpeg,image/png,image/tiff,.pdf,.jpg,.jpeg,.png,.tif,.tiff";

function sizeWords(bytes: number): string {
  return bytes < 1024 * 1024 ? `${formatNumber(Math.max(1, Math.round(bytes / 1024)))}\u00a0kB` : `${formatNumber(bytes / 1024 / 1024, 1)}\u00a0MB`;
}

/** Links to the files; null when there are none. */
export function attachmentList(attached: SetAttachment[], nameOf: (key: string) => string | null, remove?: (item: SetAttachment) => void): HTMLElement | null {
  if (attached.length === 0) return null;
  const rows = attached.map((item) => {
    const facts = [sizeWords(item.size_bytes), item.key ? nameOf(item.key) : null, item.author].filter(Boolean).join(" · ");
    const link = h("a", { href: item.href, download: item.name }, icon("file-text", "icon-small"), h("span", {}, item.name, h("small", { class: "soft" }, facts)));
    const drop = remove ? iconButton("trash-2", w("attach.remove", { name: item.name }), () => remove(item)) : null;
    return h("li", {}, link, drop);
  });
  return h("ul", { class: "attachment-list" }, ...rows);
}

export interface AttachmentsOptions {
  nameOf(key: string): string | null;
  /** Everything that is not on the server yet goes there first; its id, or null when it could not. */
  saved(): Promise<{ id: number; revision: number } | null>;
  steps(): string[];
  onChange(set: ChangeSet): void;
}

/** For the author of a draft. */
export class Attachments {
  readonly element = h("section", { class: "attachments", "aria-label": w("attach.name") });
  private readonly list = h("div", {});
  private shown = 0;
  private readonly about = h("select", { class: "input", "aria-label": w("attach.about") });
  private readonly progress = h("progress", { max: 1, hidden: true, "aria-label": w("attach.sending") });
  private readonly input = h("input", { type: "file", class: "unseen", id: "attach-file", accept: TAKEN, multiple: true });
  private readonly label = h("label", { class: "button small-button", for: "attach-file" }, icon("paperclip", "icon-small"), w("attach.add"));

  constructor(private readonly options: AttachmentsOptions) {
    this.input.addEventListener("change", () => void this.sendAll([...(this.input.files ?? [])]));
    const row = h("div", { class: "row" }, this.input, this.label, this.about);
    this.element.append(h("h4", {}, icon("paperclip", "icon-small"), w("attach.name")), this.list, row, this.progress, h("p", { class: "small soft" }, w("attach.taken")));
  }

  async load(id: number): Promise<void> {
    const asked = ++this.shown;
    const { attachments } = await server.changeSet(id);
    if (asked === this.shown) this.show(attachments); // else a file was added meanwhile
  }

  show(attached: SetAttachment[]): void {
    this.shown += 1;
    replaceChildren(this.list, attachmentList(attached, (key) => this.options.nameOf(key), (item) => void this.remove(item)));
  }

  /** The steps that a file can be about. */
  showSteps(): void {
    const steps = this.options.steps().map((key) => h("option", { value: key }, this.options.nameOf(key) ?? key));
    const { value } = this.about;
    replaceChildren(this.about, h("option", { value: "" }, w("attach.whole")), ...steps);
    this.about.value = [...this.about.options].some((option) => option.value === value) ? value : "";
    this.about.hidden = steps.length === 0;
  }

  private async sendAll(files: File[]): Promise<void> {
    for (const file of files) if (!(await this.send(file))) break;
    this.input.value = "";
    this.progress.hidden = true;
  }

  private async send(file: File): Promise<boolean> {
    if (file.size > LARGEST_BYTES) {
      say(w("attach.too_large", { name: file.name }), "caution");
      return false;
    }
    this.progress.hidden = false;
    this.progress.value = 0;
    try {
      const place = await this.options.saved();
      if (!place) return false;
      const set = await server.attach(place.id, place.revision, file, this.about.value, (share) => (this.progress.value = share));
      this.options.onChange(set);
      this.show(set.attachments);
      say(w("attach.added", { name: file.name }), "good");
      return true;
    } catch (reason) {
      const { title, text } = failureWords(reason);
      say(`${file.name}: ${title}. ${text}`, "bad");
      return false;
    }
  }

  private async remove(item: SetAttachment): Promise<void> {
    if (!(await confirmed({ title: w("attach.remove_ask", { name: item.name }), text: w("attach.remove_text"), yes: w("attach.remove_yes"), danger: true }))) return;
    try {
      const place = await this.options.saved();
      if (!place) return;
      const set = await server.detach(place.id, place.revision, item.id);
      this.options.onChange(set);
      this.show(set.attachments);
    } catch (reason) {
      say(failureWords(reason).title, "bad");
    }
  }
}
