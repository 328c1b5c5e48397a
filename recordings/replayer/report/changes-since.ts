import { type Agent, fingerprint } from '#harness';
import type { Recording } from '../../format/recording.ts';
import { toolchain } from '../../format/toolchain.ts';
import type { ChangedDefinition } from '../divergence.ts';
import { type FileChanges, filesChangedSince } from './files-changed-since.ts';

/** What is another one than when the recording was made: where to look for the reason of a divergence. */
export interface ChangesSince {
  readonly toolchain: readonly {
    readonly package: string;
    readonly recorded: string;
    /** Missing for what is no longer part of it. */
    readonly now?: string;
  }[];
  readonly definitions: readonly ChangedDefinition[];
  /** By the history of the files; missing for a recording that lies in no git checkout. */
  readonly files?: FileChanges;
}

export interface SinceRecorded {
  readonly recording: Pick<Recording, 'definitions'> & {
    readonly header: { readonly toolchain: Readonly<Record<string, string>> };
  };
  /** Those of today. */
  readonly agents: readonly Agent[];
  /** Definitions that a divergence found changed. */
  readonly definitions: readonly ChangedDefinition[];
  /** Where the recording is. */
  readonly file?: string;
}

export async function changesSince({
  recording,
  agents,
  definitions,
  file,
}: SinceRecorded): Promise<ChangesSince> {
  const found = new Set(definitions.map(({ id }) => id));
  const prompts = changedPrompts(recording, agents).filter(({ id }) => !found.has(id));
  const files = file === undefined ? undefined : await filesChangedSince(file);
  return {
    toolchain: changedPackages(recording.header.toolchain),
    definitions: [...definitions, ...prompts],
    ...(files === undefined ? {} : { files }),
  };
}

function changedPackages(recorded: Readonly<Record<string, string>>): ChangesSince['toolchain'] {
  const today: Readonly<Record<string, string | undefined>> = toolchain;
  return Object.entries(recorded).flatMap(([name, version]) => {
    const now = today[name];
    if (now === version) return [];
    return [{ package: name, recorded: version, ...(now === undefined ? {} : { now }) }];
  });
}

/** Prompts that go by the name of a recorded one and say something else. */
function changedPrompts(
  { definitions }: SinceRecorded['recording'],
  agents: readonly Agent[],
): readonly ChangedDefinition[] {
  const today = new Map(agents.map(({ prompt }) => [prompt.name, fingerprint(prompt.text)]));
  return definitions.flatMap((definition) => {
    if (definition.t !== 'prompt') return [];
    const now = today.get(definition.name);
    if (now === undefined || now === definition.fingerprint) return [];
    return [{ id: definition.id, recorded: definition.fingerprint, now }];
  });
}
