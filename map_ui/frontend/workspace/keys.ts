/** Keys of the workspace, as people know them from QGIS. They are silent while somebody types. */
import type { WorkspaceWord } from "./words";

export type KeyGroup = "layer" | "draw" | "corner" | "steps";

export interface KeyBinding {
  /** Key presses as `pressed` names them: "s", "ctrl+shift+z", "arrowup". */
  keys: readonly string[];
  /** How the keys are written in the list of keys. */
  shown: string;
  words: WorkspaceWord;
  group: KeyGroup;
  /** False when there was nothing to do: the key then goes on to the page. */
  act(event: KeyboardEvent): boolean;
  /** Also while somebody types. */
  whileTyping?: boolean;
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable], [role=combobox]");
}

/** True where a key would press a button, open a part or walk through a list. */
export function onControl({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && target.closest("button, a, summary, input, select, textarea, [role=tablist], [role=listbox], .panel") !== null;
}

export function onMap({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && target.id === "map";
}

/** "ctrl+shift+z", "s", "?", "shift+arrowup"; Command counts as Ctrl. */
export function pressed(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  const said = event.ctrlKey || event.metaKey || key.length > 1 || /\p{L}/u.test(key); // Shift is part of "?"
  const marks = [event.ctrlKey || event.metaKey ? "ctrl" : "", event.altKey ? "alt" : "", event.shiftKey && said ? "shift" : ""];
  return [...marks.filter(Boolean), key].join("+");
}

/** The first binding of a key that has something to do takes it. */
export function watchKeys(bindings: () => readonly KeyBinding[]): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const name = pressed(event);
    const quiet = typing(event.target);
    const taken = bindings().some(({ keys, whileTyping, act }) => keys.includes(name) && (whileTyping || !quiet) && act(event));
    if (!taken) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the map would move under an arrow key
  });
}
