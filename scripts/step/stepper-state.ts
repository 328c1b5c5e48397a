import type { Story, StoryStep, ViewedStory } from '#recordings';
import { placeName } from '#recordings/story';

export const panes = ['answer', 'context', 'change', 'tool', 'world', 'timing'] as const;
/** What is looked at of a step. */
export type Pane = (typeof panes)[number];

/** Where somebody is who steps through a story. */
export interface StepperState {
  readonly story: Story;
  /** What else is known of it. */
  readonly known: Omit<ViewedStory, 'story'>;
  readonly index: number;
  readonly pane: Pane;
  /** Lines of the pane that are scrolled past. */
  readonly scroll: number;
  /** A line that is being typed. */
  readonly prompt?: { readonly kind: 'search' | 'jump'; readonly text: string };
  /** What was last looked for. */
  readonly sought: string;
  /** Said once, until the next key. */
  readonly notice?: string;
}

/** A key as node:readline tells it. */
export interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly shift?: boolean | undefined;
}

export function openStepper({ story, ...known }: ViewedStory): StepperState {
  return { story, known, index: 0, pane: 'answer', scroll: 0, sought: '' };
}

/** The state after a key; undefined when it is the one that ends it. */
export function press(
  { notice: _, ...state }: StepperState,
  key: Key,
  pageLines: number,
): StepperState | undefined {
  if (key.ctrl === true && (key.name === 'c' || key.name === 'd')) return undefined;
  if (state.prompt !== undefined) return type(state, state.prompt, key);
  const { index, story, scroll } = state;
  switch (key.name ?? key.sequence ?? '') {
    case 'q':
      return undefined;
    case 'right':
    case 'n':
    case 'space':
      return at(state, index + 1);
    case 'left':
    case 'p':
    case 'backspace':
      return at(state, index - 1);
    case 'home':
      return at(state, 0);
    case 'end':
      return at(state, story.steps.length - 1);
    case 'tab':
      return turned(state, key.shift === true ? -1 : 1);
    case 'down':
    case 'j':
      return { ...state, scroll: scroll + 1 };
    case 'up':
    case 'k':
      return { ...state, scroll: Math.max(0, scroll - 1) };
    case 'pagedown':
      return { ...state, scroll: scroll + pageLines };
    case 'pageup':
      return { ...state, scroll: Math.max(0, scroll - pageLines) };
    case 'g':
      return { ...state, prompt: { kind: 'jump', text: '' } };
    case '/':
      return { ...state, prompt: { kind: 'search', text: '' } };
    default:
      return state;
  }
}

function type(
  { prompt: _, ...state }: StepperState,
  prompt: NonNullable<StepperState['prompt']>,
  key: Key,
): StepperState {
  if (key.name === 'escape') return state;
  if (key.name === 'backspace')
    return { ...state, prompt: { ...prompt, text: prompt.text.slice(0, -1) } };
  if (key.name !== 'return' && key.name !== 'enter') {
    const typed = key.sequence ?? '';
    // Arrows and the like are no text.
    return {
      ...state,
      prompt: { ...prompt, text: prompt.text + (typed.length === 1 ? typed : '') },
    };
  }
  if (prompt.kind === 'jump') return jump(state, prompt.text.trim());
  const sought = prompt.text === '' ? state.sought : prompt.text;
  return seek({ ...state, sought });
}

/** To a number as shown, or to a place such as `1/billing#3`. */
function jump(state: StepperState, where: string): StepperState {
  const { steps } = state.story;
  const index = /^\d+$/.test(where)
    ? Number(where) - 1
    : steps.findIndex(({ place }) => placeName(place) === where);
  if (steps[index] !== undefined) return at(state, index);
  return {
    ...state,
    notice: `there is no step ${where}: 1 to ${steps.length}, or a place such as 1/billing#3`,
  };
}

function seek(state: StepperState): StepperState {
  const { story, index, sought } = state;
  const { steps } = story;
  const wanted = sought.toLowerCase();
  const order = steps.map((_, offset) => (index + 1 + offset) % steps.length);
  const found = order.find((each) => textOf(steps[each]).includes(wanted));
  if (sought === '' || found === undefined)
    return { ...state, notice: `"${sought}" is in no step` };
  return { ...at(state, found), notice: `"${sought}": Enter after / finds the next` };
}

function textOf(step: StoryStep | undefined): string {
  return JSON.stringify(step ?? '').toLowerCase();
}

function at(state: StepperState, index: number): StepperState {
  const last = state.story.steps.length - 1;
  if (index < 0 || index > last) {
    return { ...state, notice: index < 0 ? 'this is the first step' : 'this is the last step' };
  }
  return { ...state, index, scroll: 0 };
}

function turned(state: StepperState, by: number): StepperState {
  const next = (panes.indexOf(state.pane) + by + panes.length) % panes.length;
  return { ...state, pane: panes[next] ?? 'answer', scroll: 0 };
}
