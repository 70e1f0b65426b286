/** The attribute table's words in the page's language. */
import { language } from "../i18n";
import { en } from "./words_en";
import { vi, type TableWord } from "./words_vi";

/** The words of `key` with {name} places filled. */
export function tw(key: TableWord, values: Record<string, string | number> = {}): string {
  const words = (language === "vi" ? vi : en)[key];
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
