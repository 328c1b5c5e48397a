import { byId } from './element.ts';
import { keepChoice, keptChoice } from './kept-choice.ts';

/** Pixels that a key moves it. */
const keyStep = 24;

interface Divided {
  /** Of the separator in page.html. */
  readonly id: string;
  /** The element before it, whose size it sets. */
  readonly of: HTMLElement;
  readonly axis: 'x' | 'y';
  /** Shares of the window that it may take. */
  readonly least: number;
  readonly most: number;
}

/** A border that can be drawn with a pointer or moved with keys; a double click lets the page decide again. */
export function createDivider({ id, of, axis, least, most }: Divided): void {
  const divider = byId(id);
  const property = `--${id}`;
  const whole = (): number => (axis === 'x' ? innerWidth : innerHeight);
  const size = (): number => of.getBoundingClientRect()[axis === 'x' ? 'width' : 'height'];
  const set = (pixels: number): void => {
    const share = Math.min(Math.max(pixels / whole(), least), most);
    const value = `${Math.round(share * 1000) / 10}${axis === 'x' ? 'vw' : 'vh'}`;
    document.documentElement.style.setProperty(property, value);
    divider.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    keepChoice(id, value);
  };
  divider.setAttribute('aria-valuenow', String(Math.round((size() / whole()) * 100)));
  const before = keptChoice(id);
  if (before !== undefined) document.documentElement.style.setProperty(property, before);
  divider.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    divider.setPointerCapture(event.pointerId);
  });
  divider.addEventListener('pointermove', ({ pointerId, clientX, clientY }) => {
    if (!divider.hasPointerCapture(pointerId)) return;
    const { left, top } = of.getBoundingClientRect();
    set(axis === 'x' ? clientX - left : clientY - top);
  });
  divider.addEventListener('dblclick', () => {
    document.documentElement.style.removeProperty(property);
    keepChoice(id, '');
  });
  divider.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    set(size() + by * keyStep);
  });
}
