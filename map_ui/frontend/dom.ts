/** Elements built as nodes: text is always a text node, so data can never become markup. */
type Child = Node | string | null | undefined | false;
type Listener = (event: never) => void;
type Attributes = Record<string, string | number | boolean | null | undefined | Listener>;

const SVG = "http://www.w3.org/2000/svg";

/** Where the built files lie; the page says so because the server may serve them from anywhere. */
export const assetBase = document.documentElement.dataset["assets"] ?? "/static/map_ui/dist/";

function apply(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value as unknown as EventListener);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** A new element; function attributes become listeners of that event. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  apply(element, attributes);
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

export function svg(tag: string, attributes: Attributes = {}, ...children: Node[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  apply(element, attributes);
  element.append(...children);
  return element;
}

/** One of the interface's own icons (controls.svg); decorative, the button carries the name. */
export function icon(name: string, extraClass = ""): SVGElement {
  const use = svg("use", { href: `${assetBase}controls.svg#${name}` });
  return svg("svg", { class: `icon ${extraClass}`.trim(), "aria-hidden": "true" }, use);
}

/** A Maki or Temaki icon by name; names with odd characters fall back to a plain dot. */
export function placeIcon(name: string | null | undefined, extraClass = ""): SVGElement {
  const safe = name && /^[a-z0-9_-]+$/i.test(name) ? name : "circle";
  const use = svg("use", { href: `${assetBase}places/${safe}.svg#i` });
  return svg("svg", { class: `place-icon ${extraClass}`.trim(), viewBox: "0 0 15 15", "aria-hidden": "true" }, use);
}

export function iconButton(name: string, label: string, onClick: () => void, extra: Attributes = {}): HTMLButtonElement {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, click: onClick, ...extra }, icon(name));
}

export function replaceChildren(parent: Element, ...children: Child[]): void {
  parent.replaceChildren(...children.filter((child): child is Node | string => Boolean(child)));
}

/** The element that the page's template must hold. */
export function required<T extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): T {
  const found = within.querySelector<T>(selector);
  if (!found) throw new Error(`The page lacks ${selector}`);
  return found;
}

/** The value of a colour token of tokens.css, for drawing on canvas. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
