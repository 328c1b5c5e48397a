import { expect, test } from 'vitest';
import { githubAnnotation } from './github-annotation.ts';

test('an annotation is one line, whatever its texts hold', () => {
  const line = githubAnnotation({
    level: 'error',
    file: 'a,b:c.jsonl',
    line: 12,
    title: 'R-01: 100% other, ::error',
    message: 'first, 50%: here\r\n::warning file=x::second',
  });
  expect(line).toBe(
    '::error file=a%2Cb%3Ac.jsonl,line=12,title=R-01%3A 100%25 other%2C %3A%3Aerror' +
      '::first, 50%25: here%0D%0A::warning file=x::second',
  );
  expect(line).not.toMatch(/[\r\n]/);
});
