/** Editing in a cell: Enter keeps and goes down, Tab keeps and goes on, Esc leaves it as it was. */
import { replaceChildren } from "../dom";
import type { FormField } from "../workspace/types";
import { controlFor, valueOf } from "./control";
import { tw } from "./words";

export interface CellEdit {
  field: FormField;
  value: unknown;
  cell: HTMLElement;
  /** Once, with the value or null when it was left; `by` says where the focus goes, null: elsewhere. */
  done(value: { value: unknown } | null, by: { row: number; column: number } | null): void;
}

export function editCell({ field, value, cell, done }: CellEdit): void {
  const before = [...cell.childNodes];
  const control = controlFor(field, value, tw("cell.edit", { column: field.label }));
  let open = true;
  const end = (keep: boolean, by: { row: number; column: number } | null) => {
    if (!open) return;
    const bad = keep && !control.checkValidity();
    if (bad) {
      control.reportValidity();
      return;
    }
    open = false;
    const typed = valueOf(field, control);
    cell.replaceChildren(...before);
    cell.classList.remove("editing");
    done(keep ? { value: typed } : null, by);
  };
  control.addEventListener("keydown", (event) => {
    const key = (event as KeyboardEvent).key;
    event.stopPropagation(); // keys of grid and map stay out
    const stay = { row: 0, column: 0 };
    if (key === "Enter") end(true, { row: 1, column: 0 });
    else if (key === "Tab") end(true, { row: 0, column: (event as KeyboardEvent).shiftKey ? -1 : 1 });
    else if (key === "Escape") end(false, stay);
    else return;
    event.preventDefault();
  });
  control.addEventListener("blur", () => end(control.checkValidity(), null));
  cell.classList.add("editing");
  replaceChildren(cell, control);
  control.focus();
  if (control instanceof HTMLInputElement && control.type === "text") control.select();
}
