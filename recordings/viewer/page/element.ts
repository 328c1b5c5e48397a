type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element; what it says is set as text. An attribute that is false or undefined is left out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** An element of page.html. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return found;
}

const shapes: Readonly<Record<string, string>> = {
  model: 'M8 .8l1.9 5.3 5.3 1.9-5.3 1.9L8 15.2 6.1 9.9.8 8l5.3-1.9z',
  tool: 'M2.5 3.5L7 8l-4.5 4.5M8.5 12.5h5',
  person: 'M8 7.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 14.5c.5-3.4 2.9-5.2 6-5.2s5.5 1.8 6 5.2z',
  host: 'M8 1.7a6.3 6.3 0 1 0 0 12.6A6.3 6.3 0 0 0 8 1.7zM8 4.5V8l2.4 1.6',
  event: 'M8 2.5L13.5 8 8 13.5 2.5 8z',
  crash: 'M9.5.8L2.8 9.2h4.4L6 15.2l7.2-8.9H8.6z',
};
const svg = 'http://www.w3.org/2000/svg';

/** The sign of a kind of step. */
export function icon(kind: string): SVGSVGElement {
  const made = document.createElementNS(svg, 'svg');
  made.setAttribute('viewBox', '0 0 16 16');
  made.setAttribute('class', `icon ${kind}`);
  made.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', shapes[kind] ?? '');
  made.append(path);
  return made;
}
