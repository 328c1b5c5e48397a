import { stripTypeScriptTypes } from 'node:module';

/**
 * JavaScript: `source` with its types blanked out, every line where it was. Node calls this experimental and says so on
 * standard error; it is what Node runs all of these files by, and users of a command need not hear of it.
 */
export function stripTypes(source: string): string {
  // oxlint-disable-next-line typescript/unbound-method -- it is put back where it was taken from.
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
