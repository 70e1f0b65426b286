/** Keys of the workspace, as people know them from QGIS. They are silent while somebody types. */
import type { EditBar } from "./edit_bar";
import type { Editor } from "./editor";

export interface Keyed {
  editor: Editor;
  bar: EditBar;
  save(): void;
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]");
}

export function watchKeys({ editor, bar, save }: Keyed): void {
  document.addEventListener("keydown", (event) => {
    if (!editor.active || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const act = actionOf(event, { editor, bar, save });
    if (!act || !act()) return;
    event.preventDefault();
  });
}

type Act = () => boolean;

function actionOf(event: KeyboardEvent, { editor, bar, save }: Keyed): Act | null {
  const key = event.key.toLowerCase();
  const done = (work: () => void): Act => () => {
    work();
    return true;
  };
  if (event.ctrlKey || event.metaKey) {
    if (key === "s") return done(save);
    if (typing(event.target)) return null;
    if (key === "z") return done(() => (event.shiftKey ? editor.redo() : editor.undo()));
    return key === "y" ? done(() => editor.redo()) : null;
  }
  if (event.altKey || typing(event.target)) return null;
  if (key === "s") return done(() => bar.toggleSnapping());
  if (key === "delete") return done(() => editor.remove());
  if (key === "backspace") return () => editor.removeLastCorner();
  const onMap = event.target instanceof HTMLElement && event.target.id === "map";
  return key === " " && onMap ? () => editor.cornerAtCentre() : null;
}
