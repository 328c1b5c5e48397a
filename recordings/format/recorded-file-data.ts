import type { LanguageModelV4File } from '@ai-sdk/provider';
import { z } from 'zod';

export const fileDataSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('base64'), base64: z.base64() }),
  z.strictObject({ type: z.literal('url'), url: z.url() }),
]);
type RecordedFileData = z.infer<typeof fileDataSchema>;

/** A file of an answer, as it stands in a recording. */
export function recordedFileData(data: LanguageModelV4File['data']): RecordedFileData {
  if (data.type === 'url') return { type: 'url', url: data.url.href };
  return { type: 'base64', base64: base64Of(data.data) };
}

export function restoredFileData(data: RecordedFileData): LanguageModelV4File['data'] {
  return data.type === 'url'
    ? { type: 'url', url: new URL(data.url) }
    : { type: 'data', data: data.base64 };
}

/** Bytes as the text that stands for them; what is that text already stays. */
export function base64Of(data: Uint8Array | string): string {
  return typeof data === 'string' ? data : Buffer.from(data).toString('base64');
}
