import { generateText } from 'ai';
import { expect, test } from 'vitest';
import { startOpenAiServer } from '../testing/openai-server.ts';
import type { Playbook } from '../testing/playbook.ts';
import { liveModelFromEnvironment } from './live-model.ts';
import { MissingKeyError } from './missing-key-error.ts';

const playbook: Playbook = {
  name: 'desk',
  plays: [{ name: 'greet', when: () => true, answer: () => ({ text: 'Hello.' }) }],
};

test('the environment names the endpoint, the key and the model', async () => {
  await using server = await startOpenAiServer({ playbook });
  const model = await liveModelFromEnvironment({
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: server.url,
    GROUNDHOG_MODEL: 'desk',
  });
  expect((await generateText({ model, prompt: 'hello' })).text).toBe('Hello.');
});

test('without OPENAI_BASE_URL the endpoint is OpenAI, whatever the process was started with', async () => {
  const model = await liveModelFromEnvironment({ OPENAI_API_KEY: 'k' });
  expect(model).toMatchObject({ modelId: 'gpt-5-mini', provider: 'openai.responses' });
});

test.for([{}, { OPENAI_API_KEY: '' }])(
  'without a key the error says what to do: %j',
  async (environment) => {
    const failed = liveModelFromEnvironment(environment);
    await expect(failed).rejects.toBeInstanceOf(MissingKeyError);
    await expect(failed).rejects.toMatchObject({
      code: 'MODEL_KEY_MISSING',
      message: expect.stringMatching(/Set OPENAI_API_KEY .*GROUNDHOG_MODEL.*recorded or scripted/),
    });
  },
);

test('an unusable address is named', async () => {
  const failed = liveModelFromEnvironment({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'not a url' });
  await expect(failed).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
