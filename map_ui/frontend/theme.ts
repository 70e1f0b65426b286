/** Sets light or dark before the first paint and keeps the reader's choice; runs as a classic script. */
type Mode = "light" | "dark";

const KEY = "theme";
let unkept: Mode | null = null;
const system = window.matchMedia("(prefers-color-scheme: dark)");

function chosen(): Mode | null {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : null;
  } catch {
    return null;
  }
}

function apply(): void {
  document.documentElement.dataset["theme"] = chosen() ?? unkept ?? (system.matches ? "dark" : "light");
  document.dispatchEvent(new Event("themechange"));
}

function keep(mode: Mode): void {
  try {
    localStorage.setItem(KEY, mode);
  } catch {
    unkept = mode; // storage is switched off: until the page is left
  }
}

system.addEventListener("change", apply);
apply();
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-theme-switch]") : null;
  if (!button) return;
  keep(document.documentElement.dataset["theme"] === "dark" ? "light" : "dark");
  apply();
});
