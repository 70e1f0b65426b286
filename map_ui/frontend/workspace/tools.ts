/** The tools of the workspace and the keys that reach them. */
import type L from "leaflet";
import { CopyValues } from "./copy_values";
import { CornerChoice } from "./corner_choice";
import { CornerPanel } from "./corner_panel";
import { CornerWork } from "./corner_work";
import type { ViewerParts } from "../viewer/extension";
import { finishDrawing } from "./drawing_in_progress";
import { watchPointer } from "./drawing_figures";
import { say } from "../shell/messages";
import { drawIn } from "./drawing_layer";
import type { EditBar } from "./edit_bar";
import type { Editor } from "./editor";
import type { GeometryKind } from "./geometry";
import { GeometryFile } from "./geometry_file";
import { showKeyList } from "./key_list";
import { onControl, onMap, watchKeys, type KeyBinding } from "./keys";
import { ShapeTools } from "./shape_tools";
import { Tracing } from "./tracing";
import { w } from "./words";

const STEPS_M = [
  ["", 0.1],
  ["shift+", 1],
  ["ctrl+", 0.01],
] as const;
const TURN_DEG = 10; // for a metre: 1°, 10° with Shift, 0.1° with Ctrl

export interface ToolsOptions {
  editor: Editor;
  bar: EditBar;
  parts: ViewerParts;
  save(): void;
}

export class Tools {
  readonly bindings: KeyBinding[];
  private readonly tracing: Tracing;
  private readonly corner: CornerChoice;
  private readonly panel: CornerPanel;
  private readonly shapes: ShapeTools;
  private readonly copy: CopyValues;

  constructor(private readonly options: ToolsOptions) {
    const { editor, bar } = options;
    this.tracing = new Tracing(editor);
    this.corner = new CornerChoice(editor);
    this.panel = new CornerPanel(new CornerWork(editor, this.corner));
    bar.addPositionTools(this.tracing.button, this.panel.button, new GeometryFile(editor).button);
    bar.addPart(this.panel.element);
    this.shapes = new ShapeTools(editor, bar);
    this.copy = new CopyValues(editor, options.parts);
    bar.addShapeTools(this.copy.button);
    editor.toolHint = () => this.copy.hint ?? this.tracing.hint ?? this.shapes.hint ?? this.corner.hint;
    watchPointer(editor);
    this.bindings = [...this.drawing(), ...this.corners(), ...this.editing(), ...this.shapes.bindings];
    watchKeys(() => this.bindings);
  }

  /** A click, or a step of the draft that was clicked, is a tool's; false when no tool waits for one. */
  click(position: L.LatLng): boolean {
    return this.copy.click(position);
  }

  step(key: string): boolean {
    return this.copy.step(key) || this.shapes.takesStep(key);
  }

  /** Puts down what a tool has in hand; false when there is nothing. */
  escape(): boolean {
    if (this.copy.escape() || this.panel.escape() || this.tracing.escape() || this.shapes.escape()) return true;
    if (!this.corner.path) return false;
    this.corner.choose(null);
    return true;
  }

  private drawing(): KeyBinding[] {
    const { editor, bar, parts } = this.options;
    const { map } = editor.options;
    const kind = (key: string, words: KeyBinding["words"], wanted: GeometryKind): KeyBinding => ({ keys: [key], shown: key, words, group: "layer", act: () => (void drawIn(editor, parts, wanted), true) });
    const atCentre = (event: KeyboardEvent) => onMap(event) && (this.tracing.take(map.getCenter()) || editor.shapes.cornerAt(map.getCenter()));
    return [
      kind("1", "keys.point", "Point"),
      kind("2", "keys.line", "MultiLineString"),
      kind("3", "keys.area", "MultiPolygon"),
      { keys: ["s"], shown: "S", words: "keys.snap", group: "draw", act: () => editor.active && (bar.toggleSnapping(), true) },
      { keys: ["t"], shown: "T", words: "keys.trace", group: "draw", act: () => this.tracing.press() },
      { keys: ["g"], shown: "G", words: "keys.typed", group: "draw", act: () => this.panel.toggle() },
      { keys: ["space"], shown: "Space", words: "keys.centre", group: "draw", act: atCentre },
      { keys: ["enter"], shown: "Enter", words: "keys.finish", group: "draw", act: (event) => editor.shapes.drawing && !onControl(event) && finishDrawing(map) },
      { keys: ["backspace"], shown: "Backspace", words: "keys.last", group: "draw", act: () => editor.shapes.removeLastCorner() },
    ];
  }

  private corners(): KeyBinding[] {
    const { corner } = this;
    const arrow = (key: string, east: number, north: number): KeyBinding[] =>
      STEPS_M.map(([mark, metres]) => ({
        keys: [`${mark}arrow${key}`],
        shown: "",
        words: "keys.nudge",
        group: "corner",
        act: (event) => !onControl(event) && (corner.nudge(east * metres, north * metres) || corner.turn(TURN_DEG * (east - north) * metres)),
      }));
    return [
      { keys: [",", "<"], shown: ", / .", words: "keys.choose", group: "corner", act: (event) => !onControl(event) && corner.step(-1) },
      { keys: [".", ">"], shown: "", words: "keys.choose", group: "corner", act: (event) => !onControl(event) && corner.step(1) },
      { keys: [], shown: "← ↑ ↓ →", words: "keys.nudge", group: "corner", act: () => false },
      ...arrow("left", -1, 0),
      ...arrow("right", 1, 0),
      ...arrow("up", 0, 1),
      ...arrow("down", 0, -1),
      { keys: ["i", "insert"], shown: "I / Insert", words: "keys.insert", group: "corner", act: (event) => !onControl(event) && corner.insert() },
      { keys: ["delete"], shown: "Delete", words: "keys.delete", group: "corner", act: () => corner.remove() },
    ];
  }

  private editing(): KeyBinding[] {
    const { editor, save } = this.options;
    const active = (act: () => void) => () => editor.active && (act(), true);
    return [
      { keys: ["l"], shown: "L", words: "keys.lock", group: "layer", act: active(() => editor.lock(!editor.locked)) },
      { keys: ["delete"], shown: "", words: "keys.delete", group: "corner", act: () => editor.holds && (editor.remove(), true) },
      { keys: ["ctrl+z"], shown: "Ctrl+Z", words: "keys.undo", group: "steps", act: () => this.back("undo") },
      { keys: ["ctrl+shift+z", "ctrl+y"], shown: "Ctrl+Shift+Z / Ctrl+Y", words: "keys.redo", group: "steps", act: () => this.back("redo") },
      { keys: ["ctrl+s"], shown: "Ctrl+S", words: "keys.save", group: "steps", whileTyping: true, act: active(save) },
      // The list names Escape, which the page itself watches.
      { keys: [], shown: "Esc", words: "keys.escape", group: "steps", act: () => false },
      { keys: ["?"], shown: "?", words: "keys.list", group: "steps", act: () => (showKeyList(this.bindings), true) },
    ];
  }

  /** Also where no layer is edited, as after a conflict was resolved: then it is said what went back. */
  private back(way: "undo" | "redo"): boolean {
    const { editor } = this.options;
    const { draft } = editor.options;
    const what = way === "undo" ? draft.undoLabel : draft.redoLabel;
    if (!editor.active && what === null) return false;
    editor[way]();
    if (!editor.active && what !== null) say(w(`edit.${way}_done`, { what }));
    return true;
  }
}
