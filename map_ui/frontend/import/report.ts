/** A report in numbers and plain words: shown for the dry run, for review and when all is done. */
import { h, icon } from "../dom";
import { formatNumber } from "../format";
import { language } from "../i18n";
import { permalinkHash } from "../permalink";
import type { StepPage } from "./job_page";
import { SHOWN, apart, inWords } from "./row_counts";
import { SEVERITY_ICON, shownSeverity } from "./row_kinds";
import { RowMap } from "./row_map";
import type { IssueGroup, Job, Report } from "./types";
import { w } from "./words";

const LONG = 400; // letters of a finding's detail

/** `undone`: the numbers tell of the past, and are not coloured like what is there. */
export function counts(report: Report, undone = false): HTMLElement {
  const numbers = apart(report);
  const shown = SHOWN.filter((name) => name !== "set_aside" || numbers.set_aside > 0);
  const tiles = shown.map((name) => h("div", { class: `tile ${numbers[name] > 0 ? name : "none"}` }, h("dt", {}, w(`count.${name}`)), h("dd", { class: "numbers" }, formatNumber(numbers[name]))));
  const sum = w(numbers.set_aside > 0 ? "count.sum_aside" : "count.sum", inWords(report));
  const past = undone ? h("p", { class: "soft", id: "counts-past" }, w("count.undone")) : null;
  return h("div", { class: "stack" }, past, h("dl", { class: undone ? "tiles past" : "tiles", "aria-describedby": undone ? "counts-past" : null }, ...tiles), h("p", { class: "soft small numbers" }, sum));
}

/** The rows on the map and the findings beside it: a finding's row is shown there. */
export function findings(page: StepPage, report: Report): HTMLElement[] {
  const { job } = page;
  const onMap = job.has_map && report.read > 0 ? new RowMap(job, report, page.map) : null;
  const list = h("section", { class: "card stack", "aria-labelledby": "issues-title" }, h("h2", { id: "issues-title" }, w("issues.title")), issueList(job, report, onMap));
  return onMap ? [onMap.element, list] : [list];
}

function issueList(job: Job, report: Report, onMap: RowMap | null): HTMLElement {
  if (report.issues.length === 0) return h("p", { class: "note good" }, icon("check"), w("issues.none"));
  return h("ul", { class: "issues" }, ...byWeight(report.issues).map((group) => h("li", {}, issue(job, group, onMap))));
}

/** As the report has them, but rows that are only set aside come after what is wrong. */
function byWeight(issues: IssueGroup[]): IssueGroup[] {
  const order = Object.keys(SEVERITY_ICON);
  return [...issues].sort((a, b) => order.indexOf(shownSeverity(a)) - order.indexOf(shownSeverity(b)));
}

function issue(job: Job, group: IssueGroup, onMap: RowMap | null): HTMLElement {
  const field = group.field && group.field !== "geom" ? h("span", { class: "tag" }, job.fields.find(({ name }) => name === group.field)?.label ?? group.field) : null;
  const severity = shownSeverity(group);
  const head = h("p", {}, h("span", { class: "unseen" }, `${w(`severity.${severity}`)}: `), h("strong", {}, group.message), " ", h("span", { class: "soft small numbers" }, group.first.some(({ row }) => row !== null) ? howMany(group) : ""), field);
  const places = group.first.map(({ row, detail, place_4326: place }) => {
    const words = [row === null ? "" : w("issues.row", { n: formatNumber(row) }), detail].filter(Boolean).join(": ");
    const link = onMap && row !== null ? showRow(onMap, row) : place ? h("a", { href: `/${language}/workspace${permalinkHash({ map: { zoom: 18, lat: place[1], lon: place[0] }, layers: null, selection: null, base: null })}`, target: "_blank" }, w("issues.on_map")) : null;
    return words || link ? h("li", { class: "small" }, foldedWords(words), " ", link) : null;
  });
  return h("div", { class: `issue is-${severity}` }, icon(SEVERITY_ICON[severity]), h("div", {}, head, h("ul", { class: "issue-rows soft" }, ...places)));
}

/** A list of two hundred columns stands behind its beginning. */
function foldedWords(words: string): HTMLElement | string {
  if (words.length <= LONG) return words;
  const cut = words.lastIndexOf(" ", LONG / 2);
  return h("details", {}, h("summary", {}, `${words.slice(0, cut)} …`), words.slice(cut));
}

/** Overlaps are counted by place: a row may lie on several features. */
function howMany({ code, count }: IssueGroup): string {
  const key = code === "overlap" ? "issues.place" : "issues.line";
  return w(count === 1 ? `${key}_one` : `${key}s`, { n: formatNumber(count) });
}

function showRow(onMap: RowMap, row: number): HTMLElement {
  return h("button", { type: "button", class: "link-button", "aria-label": `${w("issues.on_map")}, ${w("issues.row", { n: formatNumber(row) })}`, click: () => onMap.showRow(row) }, w("issues.on_map"));
}
