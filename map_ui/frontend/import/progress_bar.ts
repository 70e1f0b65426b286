/** How far uploads and the work of the server are: a bar with rows, stage and time left. */
import { h } from "../dom";
import { formatNumber, formatTime } from "../format";
import { duration } from "./plain";
import type { JobProgress, JobState } from "./types";
import { w } from "./words";

export class ProgressBar {
  private readonly bar = h("progress", { max: 1, "aria-label": w("progress.name") });
  private readonly words = h("p", { class: "progress-words" });
  private readonly detail = h("p", { class: "soft small numbers" });
  readonly element = h("div", { class: "progress-box" }, this.words, this.bar, this.detail);

  /** `share` from 0 to 1; null while nobody knows. */
  show(words: string, share: number | null, detail = ""): void {
    if (this.words.textContent !== words) this.words.textContent = words;
    this.detail.textContent = detail;
    if (share === null) this.bar.removeAttribute("value");
    else this.bar.value = Math.min(1, share);
  }

  /** What is done at this moment, without the numbers. */
  get said(): string {
    return this.words.textContent ?? "";
  }

  showWork(state: JobState, { stage, rows_done: done, rows_total: total, seconds_left: left, blocked_since: blocked, stopping }: JobProgress): void {
    if (stopping) {
      this.show(w("progress.stopping"), null, w("progress.stopping_text"));
      return;
    }
    if (stage === "waiting" || stage === "nobody") {
      this.show(w(`progress.${stage}`), null, w(`progress.${stage}_text`));
      return;
    }
    if (blocked) {
      this.show(w("progress.blocked"), null, w("progress.blocked_text", { time: formatTime(blocked) }));
      return;
    }
    const words = state === "understanding" ? w("progress.understanding") : w(stage === "" ? "progress.opening" : `progress.${stage}`);
    const rows = total ? w("progress.rows", { done: formatNumber(done), total: formatNumber(total) }) : w("progress.rows_done", { done: formatNumber(done) });
    const time = left === null ? "" : w("progress.left", { time: duration(left) });
    const step = stage === "" ? "" : w("progress.step", { n: stage === "reading" ? 1 : 2, total: 2 });
    this.show([step, words].filter(Boolean).join(" "), stage === "reading" && total ? done / total : null, done > 0 ? [rows, time].filter(Boolean).join(" · ") : "");
  }
}
