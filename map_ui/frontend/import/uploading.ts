/** Sends files one after another with one bar for all of them; what failed is named, the rest stays. */
import { isAbort } from "../api";
import { h, icon } from "../dom";
import { failureWords } from "../shell/states";
import { bytes, duration } from "./plain";
import { ProgressBar } from "./progress_bar";
import { server } from "./server";
import { w } from "./words";

export interface Sent {
  failed: { name: string; why: string }[];
  stopped: boolean;
}

/** Shows the bar in `target` until all files are sent or somebody stops it. */
export async function send(id: number, files: File[], target: HTMLElement): Promise<Sent> {
  const bar = new ProgressBar();
  const stop = new AbortController();
  const button = h("button", { type: "button", class: "button", click: () => stop.abort() }, icon("x"), w("stop"));
  target.replaceChildren(bar.element, h("div", { class: "row" }, button));
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const started = performance.now();
  const failed: Sent["failed"] = [];
  let before = 0;
  for (const file of files) {
    const show = (sent: number) => {
      const done = before + sent;
      const seconds = (performance.now() - started) / 1000;
      const left = done > 0 && seconds > 1 ? ` · ${w("progress.left", { time: duration((seconds * (total - done)) / done) })}` : "";
      bar.show(w("upload.sending", { name: file.name }), total > 0 ? done / total : null, `${bytes(done)} / ${bytes(total)}${left}`);
    };
    show(0);
    try {
      await server.upload(id, file, show, stop.signal);
    } catch (reason) {
      if (isAbort(reason)) return { failed, stopped: true };
      failed.push({ name: file.name, why: failureWords(reason).text });
    }
    before += file.size;
  }
  return { failed, stopped: false };
}
