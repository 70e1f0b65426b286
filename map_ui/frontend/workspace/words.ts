/** The workspace's words in the page's language; they travel with it and not with the public pages. */
import { language } from "../i18n";
import { en as drawingEn } from "./words_drawing_en";
import { vi as drawingVi } from "./words_drawing_vi";
import { en } from "./words_en";
import { vi } from "./words_vi";

const WORDS = { vi: { ...vi, ...drawingVi }, en: { ...en, ...drawingEn } };
export type WorkspaceWord = keyof typeof WORDS.vi;

/** The words of `key` with {name} places filled. */
export function w(key: WorkspaceWord, values: Record<string, string | number> = {}): string {
  const words = WORDS[language][key];
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
