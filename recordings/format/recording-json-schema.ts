import { z } from 'zod';
import { callLines, callToolSchema } from './call-recording.ts';
import {
  callHeaderSchema,
  formatVersion,
  importHeaderSchema,
  sessionHeaderSchema,
  wireHeaderSchema,
} from './header.ts';
import { httpCallSchema } from './http-call.ts';
import { openAiSchema, semanticSchema } from './imported-exchange.ts';
import { sortedJsonSchema } from './json.ts';
import { definitionSchema, endSchema, eventsSchema, exchangeSchema } from './recording.ts';
import { recordedPartSchema } from './stream-part.ts';

const { options: definitions } = definitionSchema;

/** Each kind of recording: its header, and the lines that may stand behind it. */
const kinds = {
  session: [sessionHeaderSchema, ...definitions, ...exchangeSchema.options, eventsSchema],
  wire: [wireHeaderSchema, ...callLines.wire],
  call: [callHeaderSchema, ...definitions, ...callLines.call],
  'response-only': [importHeaderSchema, ...callLines['response-only']],
  semantic: [importHeaderSchema, ...callLines.semantic],
} as const;

const names: readonly (readonly [schema: z.ZodType, name: string])[] = [
  [sortedJsonSchema, 'json'],
  [sessionHeaderSchema, 'session-header'],
  [callHeaderSchema, 'call-header'],
  [wireHeaderSchema, 'wire-header'],
  [importHeaderSchema, 'import-header'],
  ...[...definitions, ...exchangeSchema.options].map((each) => [each, each.shape.t.value] as const),
  [callToolSchema, 'call-tool'],
  [httpCallSchema, httpCallSchema.shape.t.value],
  [openAiSchema, openAiSchema.shape.t.value],
  [semanticSchema, semanticSchema.shape.t.value],
  [eventsSchema, eventsSchema.shape.t.value],
  [endSchema, endSchema.shape.t.value],
  [recordedPartSchema, 'part'],
];

const reference = (name: string): { readonly $ref: string } => ({ $ref: `#/$defs/${name}` });

/**
 * The JSON Schema (2020-12) of a recording, its lines read as one array. What a schema cannot say (places taken once,
 * references, digests) is in docs/recording-format.md.
 */
export function recordingJsonSchema(): Readonly<Record<string, unknown>> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names) registry.add(schema, { id });
  const nameOf = new Map(names);
  const referenceTo = (schema: z.ZodType) => reference(nameOf.get(schema) ?? 'json');
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (id) => reference(id).$ref });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Groundhog recording, version ${formatVersion}`,
    description: 'The lines of a recording, each read as JSON, as one array.',
    type: 'array',
    minItems: 2,
    oneOf: Object.entries(kinds).map(([fidelity, [header, ...lines]]) => ({
      title: fidelity,
      prefixItems: [{ ...referenceTo(header), properties: { fidelity: { const: fidelity } } }],
      items: { oneOf: [...lines, endSchema].map(referenceTo) },
      allOf: ['end', ...(fidelity === 'session' ? ['events'] : [])].map((name) => ({
        contains: reference(name),
        minContains: 1,
        maxContains: 1,
      })),
    })),
    $defs: Object.fromEntries(
      Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
    ),
  };
}
