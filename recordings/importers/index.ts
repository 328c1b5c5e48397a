/** Recordings that exist in the wild, for whoever brings them in: apart, as nobody who replays has to load their parsers. */
export {
  type ImportFormat,
  type ImportReport,
  importFiles,
  importFormats,
} from './import-files.ts';
export { readImported } from './imported-file.ts';
export { type ProviderReplay, replayImported } from './replay-imported.ts';
export { type VerifyReport, verifyDirectory } from './verify-directory.ts';
