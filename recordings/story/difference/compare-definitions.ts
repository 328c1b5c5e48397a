import { canonicalJson } from '#harness/values';
import { toolName } from '../../format/model-request.ts';
import type { Definition } from '../../format/recording.ts';
import { type Leaf, leavesBetween, type TextChange, textChanges } from './leaves.ts';
import { createRenaming, type Renaming } from './renaming.ts';

/** A prompt or a tool that is not what it was. Names are those that models and people use, `~2` told apart by order. */
export type DefinitionChange =
  | { readonly kind: 'tool-renamed'; readonly from: string; readonly to: string }
  | { readonly kind: 'tool-changed'; readonly tool: string; readonly leaves: readonly Leaf[] }
  | { readonly kind: 'tool-added' | 'tool-removed'; readonly tool: string }
  /** Without sentences only its line breaks changed. */
  | {
      readonly kind: 'prompt-changed';
      readonly prompt: string;
      readonly sentences: readonly TextChange[];
    }
  | { readonly kind: 'prompt-added' | 'prompt-removed'; readonly prompt: string };

export interface ComparedDefinitions {
  readonly changes: readonly DefinitionChange[];
  /** What tools are called now; text that differs only by that is no change of its own. */
  readonly renaming: Renaming;
}

/** What prompts and tools became, matched by name; a tool that is gone and one that is new are the same if only the name differs. */
export function compareDefinitions(
  before: readonly Definition[],
  after: readonly Definition[],
): ComparedDefinitions {
  const [left, right] = [byId(before), byId(after)];
  const gone = before.filter(({ id }) => !right.has(id));
  const come = after.filter(({ id }) => !left.has(id));
  const renamed = renamedTools(gone, come);
  const renaming = createRenaming(renamed.map(({ from, to }) => [nameOf(from), nameOf(to)]));
  const isSettled = (definition: Definition): boolean =>
    renamed.some(({ from, to }) => from === definition || to === definition);
  return {
    renaming,
    changes: [
      ...renamed.map(
        ({ from, to }): DefinitionChange => ({
          kind: 'tool-renamed',
          from: nameOf(from),
          to: nameOf(to),
        }),
      ),
      ...before.flatMap((each) => changeOf(each, right.get(each.id), renaming)),
      ...gone.filter((each) => !isSettled(each)).map((each) => lone(each, 'removed')),
      ...come.filter((each) => !isSettled(each)).map((each) => lone(each, 'added')),
    ],
  };
}

interface RenamedTool {
  readonly from: Definition;
  readonly to: Definition;
}

function renamedTools(
  gone: readonly Definition[],
  come: readonly Definition[],
): readonly RenamedTool[] {
  const free = new Set(come);
  return gone.flatMap((from) => {
    const to = [...free].find((each) => isSameButName(from, each));
    if (to === undefined) return [];
    free.delete(to);
    return [{ from, to }];
  });
}

function isSameButName(from: Definition, to: Definition): boolean {
  if (from.t !== 'tool-definition' || to.t !== 'tool-definition') return false;
  const { definition } = from;
  const renaming = createRenaming([[toolName(definition), toolName(to.definition)]]);
  return canonicalJson(renaming.in(definition)) === canonicalJson(to.definition);
}

function changeOf(
  before: Definition,
  after: Definition | undefined,
  renaming: Renaming,
): readonly DefinitionChange[] {
  if (before.t === 'prompt' && after?.t === 'prompt') {
    const text = renaming.in(before.text);
    if (text === after.text || typeof text !== 'string') return [];
    return [
      { kind: 'prompt-changed', prompt: nameOf(before), sentences: textChanges(text, after.text) },
    ];
  }
  if (before.t === 'tool-definition' && after?.t === 'tool-definition') {
    const leaves = leavesBetween(renaming.in(before.definition), after.definition);
    return leaves.length === 0 ? [] : [{ kind: 'tool-changed', tool: nameOf(before), leaves }];
  }
  return [];
}

function lone(definition: Definition, what: 'added' | 'removed'): DefinitionChange {
  const name = nameOf(definition);
  return definition.t === 'prompt'
    ? { kind: `prompt-${what}`, prompt: name }
    : { kind: `tool-${what}`, tool: name };
}

function nameOf({ id }: Definition): string {
  return id.replace(/^(?:prompt|tool):/, '');
}

function byId(definitions: readonly Definition[]): ReadonlyMap<string, Definition> {
  return new Map(definitions.map((definition) => [definition.id, definition]));
}
