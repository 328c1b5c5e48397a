interface Change {
  readonly listens: boolean;
  /** Undefined for UNLISTEN *. */
  readonly channel: string | undefined;
}

const comments = /--[^\n]*|\/\*[\s\S]*?\*\//g;
const statement = /(?:^|;)\s*(un)?listen\s+(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*)|\*)/giu;

/** The channels one session listens to. As in PostgreSQL, a change holds from the end of its transaction. */
export class Subscriptions {
  readonly #channels = new Set<string>();
  #changes: Change[] = [];

  get channels(): ReadonlySet<string> {
    return this.#channels;
  }

  /** Notes what `sql`, which has run, says about listening. */
  note(sql: string): void {
    for (const [, un, quoted, plain] of sql.replace(comments, ' ').matchAll(statement)) {
      const channel = quoted?.replaceAll('""', '"') ?? plain?.toLowerCase();
      this.#changes.push({ listens: un === undefined, channel });
    }
  }

  /** The transaction has ended. True when the channels may have changed. */
  settle(isCommitted: boolean): boolean {
    const changes = this.#changes;
    this.#changes = [];
    if (!isCommitted) return changes.length > 0;
    for (const { listens, channel } of changes) {
      if (channel === undefined) this.#channels.clear();
      else if (listens) this.#channels.add(channel);
      else this.#channels.delete(channel);
    }
    return changes.length > 0;
  }

  /** DISCARD ALL. */
  clear(): void {
    this.#channels.clear();
    this.#changes = [];
  }
}

/** One batch that makes the backend listen to exactly these channels. */
export function listenExactlyTo(channels: ReadonlySet<string>): string {
  const listens = [...channels].map((channel) => `listen "${channel.replaceAll('"', '""')}"`);
  return ['unlisten *', ...listens].join('; ');
}
