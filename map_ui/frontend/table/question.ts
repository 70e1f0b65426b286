/** What the table asks the server for: order, filters, pages. Pure; nothing here knows the page. */
import type { Bbox } from "../api_types";

/** A condition of one column, as the server reads it. */
export interface Condition {
  has?: string;
  is?: string | boolean;
  in?: (string | number)[];
  min?: string;
  max?: string;
  empty?: boolean;
}

export interface QuestionBody {
  where: Record<string, Condition>;
  sort: string;
  after: string;
  limit: number;
  bbox: string;
  ids: string[] | null;
}

export const PAGE = 100;

export class Question {
  where: Record<string, Condition> = {};
  /** The column, with a minus for the way down; "" is the layer's own order. */
  sort = "";
  windowOnly = false;
  pickedOnly = false;
  changedOnly = false;
  /** The `after` of each page up to this one. */
  private pages = [""];

  get firstRow(): number {
    return (this.pages.length - 1) * PAGE;
  }

  get onFirst(): boolean {
    return this.pages.length === 1;
  }

  get filtered(): boolean {
    return this.windowOnly || this.pickedOnly || this.changedOnly || Object.keys(this.where).length > 0;
  }

  restart(): void {
    this.pages = [""];
  }

  forth(next: string): void {
    this.pages.push(next);
  }

  back(): void {
    if (this.pages.length > 1) this.pages.pop();
  }

  /** Null or an empty condition takes the column's filter away. */
  narrow(column: string, condition: Condition | null): void {
    if (condition && Object.keys(condition).length > 0) this.where = { ...this.where, [column]: condition };
    else this.where = Object.fromEntries(Object.entries(this.where).filter(([name]) => name !== column));
    this.restart();
  }

  clear(): void {
    this.where = {};
    this.windowOnly = this.pickedOnly = this.changedOnly = false;
    this.restart();
  }

  /** Up, down, and back to the layer's own order. */
  turn(column: string): void {
    this.sort = this.sort === column ? `-${column}` : this.sort === `-${column}` ? "" : column;
    this.restart();
  }

  /** `picked` and `changed` are the ids that these filters leave; both together leave what is in both. */
  body(window: Bbox, picked: string[], changed: string[]): QuestionBody {
    const inBoth = picked.filter((id) => changed.includes(id));
    const ids = this.pickedOnly && this.changedOnly ? inBoth : this.pickedOnly ? picked : this.changedOnly ? changed : null;
    return {
      where: this.where,
      sort: this.sort,
      after: this.pages.at(-1) ?? "",
      limit: PAGE,
      bbox: this.windowOnly ? window.map((value) => value.toFixed(6)).join(",") : "",
      ids,
    };
  }
}
