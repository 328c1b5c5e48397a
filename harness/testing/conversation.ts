import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import { z } from 'zod';

/**
 * What a model is asked, without the marks of the way it came: built from an AI SDK prompt in
 * process and from a Responses API body over HTTP, equal in both cases but for the call ids.
 */
export interface Conversation {
  /** All instructions, joined by a blank line. */
  readonly system: string;
  /** The names of the tools on offer, in the order of the request. */
  readonly tools: readonly string[];
  readonly messages: readonly ConversationMessage[];
}

export type ConversationMessage =
  | { readonly role: 'user'; readonly text: string }
  | {
      readonly role: 'assistant';
      readonly text: string;
      readonly calls: readonly ConversationCall[];
    }
  | ConversationToolResult;

/** A tool call an earlier answer asked for. */
export interface ConversationCall {
  readonly tool: string;
  readonly callId: string;
  readonly input: unknown;
}

export interface ConversationToolResult {
  readonly role: 'tool';
  readonly tool: string;
  readonly callId: string;
  /** The tool's JSON, or its text where that is not JSON. */
  readonly output: unknown;
  /** True when the output is the `{ error }` object by which errors reach a model on the wire. */
  readonly isError: boolean;
}

/** The conversation an AI SDK model is called with. */
export function conversationFromPrompt(
  call: Pick<LanguageModelV4CallOptions, 'prompt' | 'tools'>,
): Conversation {
  return {
    system: joinSystem(
      call.prompt.flatMap((each) => (each.role === 'system' ? [each.content] : [])),
    ),
    tools: (call.tools ?? []).map((each) => each.name),
    messages: mergeAssistantMessages(call.prompt.flatMap(messagesOf)),
  };
}

/** Instructions as one text. */
export function joinSystem(texts: readonly string[]): string {
  return texts.join('\n\n');
}

/**
 * Joins adjacent assistant messages. The wire splits one answer into an item for each text and
 * each call, so only the joined form means the same on both ways.
 */
export function mergeAssistantMessages(
  messages: readonly ConversationMessage[],
): readonly ConversationMessage[] {
  const merged: ConversationMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (message.role === 'assistant' && last?.role === 'assistant') {
      const calls = [...last.calls, ...message.calls];
      merged[merged.length - 1] = { role: 'assistant', text: last.text + message.text, calls };
    } else {
      merged.push(message);
    }
  }
  return merged;
}

const errorOutput = z.strictObject({ error: z.unknown() });

/** Reads the text by which a tool's result travels on the wire. */
export function readToolOutput(text: string): Pick<ConversationToolResult, 'output' | 'isError'> {
  const output = parseJsonOrText(text);
  return { output, isError: errorOutput.safeParse(output).success };
}

/** The JSON value `text` holds, or `text` itself where it holds none. */
export function parseJsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not every tool answers in JSON, and a model may ask with broken arguments: plain text is a value too.
    return text;
  }
}

function messagesOf(message: LanguageModelV4Message): ConversationMessage[] {
  switch (message.role) {
    case 'system':
      return [];
    case 'user': {
      const texts = message.content.map((each) => (each.type === 'text' ? each.text : '[file]'));
      return [{ role: 'user', text: texts.join('\n') }];
    }
    case 'assistant':
      return message.content.flatMap((part): ConversationMessage[] => {
        if (part.type === 'text') return [{ role: 'assistant', text: part.text, calls: [] }];
        if (part.type === 'tool-result') return [toolResult(part)];
        if (part.type !== 'tool-call') return [];
        const call = {
          tool: part.toolName,
          callId: part.toolCallId,
          input: readCallInput(part.input),
        };
        return [{ role: 'assistant', text: '', calls: [call] }];
      });
    case 'tool':
      return message.content.flatMap((part) =>
        part.type === 'tool-result' ? [toolResult(part)] : [],
      );
  }
}

/** A call's input as the Responses API adapter writes it and a reader of the wire gets it. */
function readCallInput(input: unknown): unknown {
  return typeof input === 'string' ? parseJsonOrText(input) : input === undefined ? {} : input;
}

function toolResult(part: LanguageModelV4ToolResultPart): ConversationMessage {
  const read = readToolOutput(outputText(part.output));
  return { role: 'tool', tool: part.toolName, callId: part.toolCallId, ...read };
}

/** A tool's result as the Responses API adapter writes it. */
function outputText(output: LanguageModelV4ToolResultPart['output']): string {
  switch (output.type) {
    case 'text':
      return output.value;
    case 'json':
      return JSON.stringify(output.value);
    case 'error-text':
    case 'error-json':
      return JSON.stringify({ error: output.value });
    case 'execution-denied':
      return output.reason ?? 'Tool call execution denied.';
    case 'content':
      return output.value
        .flatMap((each) =>
          each.type === 'custom' ? [] : [each.type === 'text' ? each.text : '[file]'],
        )
        .join('\n');
  }
}
