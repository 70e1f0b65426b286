/** The interface's words in the page's language; Vietnamese is the first language. */
import { en } from "./words_en";
import { vi, type WordKey } from "./words_vi";

export type Language = "vi" | "en";

function pageLanguage(): Language {
  return typeof document !== "undefined" && document.documentElement.lang.startsWith("en") ? "en" : "vi";
}

export let language: Language = pageLanguage();

/** For tests, which have no page. */
export function useLanguage(chosen: Language): void {
  language = chosen;
}

export function locale(): string {
  return language === "vi" ? "vi-VN" : "en-GB";
}

/** The words of `key` with {name} places filled. */
export function t(key: WordKey, values: Record<string, string | number> = {}): string {
  const words = (language === "vi" ? vi : en)[key];
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
