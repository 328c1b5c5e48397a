import { z } from 'zod';
import type { Tool } from '../tools/define-tool.ts';

/** What a program may call, as TypeScript that a model reads: one declaration and its description per tool. */
export function typedApi(tools: readonly Tool[]): string {
  const lines = tools.flatMap(({ name, description, input, output }) => [
    `  /** ${description.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')} */`,
    `  ${name}(input: ${typeText(input, 'input')}): Promise<${typeText(output, 'output')}>;`,
  ]);
  return ['declare const tools: {', ...lines, '};'].join('\n');
}

function typeText(schema: z.ZodType, io: 'input' | 'output'): string {
  const jsonSchema = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return typeOf(nodeSchema.parse(jsonSchema));
}

/** The part of JSON Schema that zod writes and a type can say; limits such as `minimum` are left to the check. */
interface Node {
  readonly type?: string | readonly string[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly anyOf?: readonly Node[] | undefined;
  readonly oneOf?: readonly Node[] | undefined;
  readonly allOf?: readonly Node[] | undefined;
  readonly items?: Node | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: Node | boolean | undefined;
}

const nodeSchema: z.ZodType<Node> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    anyOf: z.array(nodeSchema).optional(),
    oneOf: z.array(nodeSchema).optional(),
    allOf: z.array(nodeSchema).optional(),
    items: nodeSchema.optional(),
    properties: z.record(z.string(), nodeSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), nodeSchema]).optional(),
  }),
);

function typeOf(node: Node): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return node.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = node.anyOf ?? node.oneOf;
  if (choices !== undefined) return choices.map(typeOf).join(' | ');
  if (node.allOf !== undefined) return node.allOf.map((part) => `(${typeOf(part)})`).join(' & ');
  return [node.type ?? 'unknown']
    .flat()
    .map((type) => namedType(type, node))
    .join(' | ');
}

function namedType(type: string, node: Node): string {
  if (type === 'array') return `Array<${typeOf(node.items ?? {})}>`;
  if (type === 'object') return objectType(node);
  return type === 'integer' ? 'number /* integer */' : type;
}

function objectType({ properties = {}, required = [], additionalProperties }: Node): string {
  const fields = Object.entries(properties).map(([name, node]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    return `${key}${required.includes(name) ? '' : '?'}: ${typeOf(node)}`;
  });
  if (fields.length > 0) return `{ ${fields.join('; ')} }`;
  return typeof additionalProperties === 'object'
    ? `Record<string, ${typeOf(additionalProperties)}>`
    : '{}';
}
