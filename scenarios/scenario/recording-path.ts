import { fileURLToPath } from 'node:url';

const library = new URL('../../recordings/library/', import.meta.url);

/** Where the committed recording of a scenario is kept. */
export function recordingPath(scenarioId: string): string {
  return fileURLToPath(new URL(`${scenarioId}.jsonl`, library));
}

/** Where the committed recordings are. */
export function libraryPath(): string {
  return fileURLToPath(library);
}
