import { expect, test } from 'vitest';
import { recordingJsonSchema } from './recording-json-schema.ts';

test('the JSON Schema beside the format is the one that the format has', async () => {
  const text = `${JSON.stringify(recordingJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot('recording.schema.json');
});
