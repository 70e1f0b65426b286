/** Selects what a question finds, as far as a draft can hold it, and says how many that are. */
import { say } from "../shell/messages";
import { totalWords } from "../viewer/list_view";
import { tableServer } from "./table_server";
import type { Picked } from "./picked";
import type { QuestionBody } from "./question";
import { trying } from "./table_edits";
import { tw } from "./words";

export async function pickFound(picked: Picked, layer: string, body: QuestionBody, more: boolean): Promise<void> {
  await trying(async () => {
    const { ids, total, total_is_more, most } = await tableServer.rowIds(layer, { ...body, after: "" });
    if (more) picked.add(ids);
    else picked.set(ids);
    const cut = total === null || total_is_more || total > ids.length;
    const words = cut ? tw("all.cut", { most, total: totalWords({ total, total_is_more }) }) : tw("all.done", { n: picked.size });
    say(words, cut ? "caution" : "good");
  });
}
