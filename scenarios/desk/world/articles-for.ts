import { z } from 'zod';
import type { Article } from './catalogue.ts';

export const readableArticleSchema = z.object({
  articleId: z.string(),
  version: z.int(),
  title: z.string(),
  text: z.string(),
});
/** An article as one reader sees it. */
export type ReadableArticle = z.infer<typeof readableArticleSchema>;

/**
 * The articles that a reader may see: of each the newest version, of that the paragraphs that are for them. What only staff
 * may read never leaves the knowledge base for anybody else, so nothing behind it has to keep it back.
 */
export function articlesFor(
  role: string,
  articles: readonly Article[],
): readonly ReadableArticle[] {
  const newest = articles.filter(
    ({ articleId, version }) =>
      !articles.some((other) => other.articleId === articleId && other.version > version),
  );
  return newest.flatMap(({ articleId, version, title, paragraphs }) => {
    const readable = paragraphs.filter(({ readers }) => readers === 'everybody' || staff.has(role));
    if (readable.length === 0) return [];
    return [{ articleId, version, title, text: readable.map(({ text }) => text).join('\n') }];
  });
}

const staff: ReadonlySet<string> = new Set(['support', 'billing_agent', 'billing_lead']);
