import type { CallHeader } from '../format/header.ts';
import type { SemanticExchange } from '../format/imported-exchange.ts';
import type { UnplacedExchange } from './openai/read-openai-exchange.ts';

/** An exchange found in a file, without its place in a recording. */
export type FoundExchange = UnplacedExchange | Omit<SemanticExchange, 'lane' | 'n'>;

/** What is left where it was. */
export interface Left {
  readonly line: number;
  readonly reason: string;
}

/** The calls of one session, as far as a file tells. */
export interface Found {
  /** Tells several in one file apart; missing where a file holds one. */
  readonly part?: string;
  readonly fidelity: CallHeader['fidelity'];
  readonly losses: readonly string[];
  readonly exchanges: readonly FoundExchange[];
}

/** What a file holds. */
export interface Harvest {
  readonly found: readonly Found[];
  readonly left: readonly Left[];
}

/**
 * Reads a file of another tool.
 * @throws ForeignInputError when the file as a whole is of no use.
 */
export type Importer = (text: string) => Harvest;
