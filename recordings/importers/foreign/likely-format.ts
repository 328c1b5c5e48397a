/** What tells a format apart, looked for at the beginning of a file. */
const signs = [
  ['har', /"log"\s*:\s*\{[^]*?"(?:entries|creator|pages)"\s*:/],
  ['otel', /"(?:resourceSpans|resource_spans|scopeSpans|traceID|trace_id)"\s*:/],
  ['devtools', /^\s*\{\s*"runs"\s*:\s*\[/],
  ['vcr', /^(?:interactions|http_interactions)\s*:|^requests:\s*$[^]*^responses:\s*$/m],
  ['vcr', /^\s*\{[^]*?"(?:interactions|http_interactions)"\s*:\s*\[/],
  ['openai-sse', /^(?:data|event):\s*\S/m],
  ['openai-sse', /"object"\s*:\s*"(?:response|chat\.completion(?:\.chunk)?)"/],
  ['openai-sse', /^\s*\{"type"\s*:\s*"response\./m],
] as const;

const looked = 256 * 1024;

/** The format that a text is likely to be of, so that whoever named another can be told. */
export function likelyFormat(text: string): (typeof signs)[number][0] | undefined {
  const beginning = text.slice(0, looked);
  return signs.find(([, sign]) => sign.test(beginning))?.[0];
}
