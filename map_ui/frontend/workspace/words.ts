/** The workspace's words in the page's language; they travel with it and not with the public pages. */
import { language } from "../i18n";
import { en } from "./words_en";
import { vi, type WorkspaceWord } from "./words_vi";

/** The words of `key` with {name} places filled. */
export function w(key: WorkspaceWord, values: Record<string, string | number> = {}): string {
  const words = (language === "vi" ? vi : en)[key];
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
