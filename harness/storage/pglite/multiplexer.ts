import type { PGlite } from '@electric-sql/pglite';
import { type Alarm, nextTurn, startAlarm } from '../event-loop.ts';
import { type Peer, Session } from './session.ts';
import { type Answer, readAnswer } from './wire/answer.ts';
import type { Batch } from './wire/batch-reader.ts';
import { clientMessage, query, startup, sync } from './wire/messages.ts';
import { withoutFatalStatements } from './wire/refusals.ts';
import { SharedStatements, sqlIn } from './wire/shared-statements.ts';
import { listenExactlyTo } from './wire/subscriptions.ts';

export interface MultiplexerOptions {
  /** A transaction whose client says nothing for this long is rolled back and its session closed. */
  readonly idleInTransactionTimeoutMs: number;
}

interface Job {
  readonly session: Session;
  readonly batch: Batch;
}

/** Commands after which every prepared statement still means what it meant. */
const harmless =
  /^(SELECT|INSERT|UPDATE|DELETE|MERGE|BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SHOW|FETCH|MOVE|DECLARE|CLOSE|LISTEN|UNLISTEN|NOTIFY|LOCK|EXPLAIN|CHECKPOINT|COPY)\b/;

/**
 * Many sessions of the PostgreSQL protocol on one PGlite, which has one backend.
 *
 * The unit of scheduling is a whole batch (up to Sync, Flush or a simple query), never one message: a Bind
 * can not land between another session's Parse and Execute. A session in a transaction, or between a Flush
 * and its Sync, has the backend to itself until it is done, dies, or exceeds the idle timeout.
 *
 * Sessions share what belongs to a backend: SET without LOCAL, temporary tables, SQL-level PREPARE and
 * session-level advisory locks (which none of them therefore waits for) are seen by all of them. A program
 * that needs a second client in order to finish a transaction on a first one waits for the idle timeout.
 */
export class Multiplexer {
  readonly #db: PGlite;
  readonly #options: MultiplexerOptions;
  readonly #greeting: Buffer;
  readonly #sessions = new Set<Session>();
  readonly #statements = new SharedStatements();
  #queue: Job[] = [];
  #isRunning = false;
  #work: Promise<void> = Promise.resolve();
  /** The session that has the backend to itself. */
  #owner: Session | undefined;
  #alarm: Alarm | undefined;
  #channelsChanged = false;
  #lost: unknown;
  #servedListener: (byteCount: number) => void = () => undefined;

  private constructor(db: PGlite, greeting: Buffer, options: MultiplexerOptions) {
    this.#db = db;
    this.#greeting = greeting;
    this.#options = options;
  }

  /** Takes `db` over: nobody else may talk to it from now on. Does not close it. */
  static async open(db: PGlite, options: MultiplexerOptions): Promise<Multiplexer> {
    const greeting = await execute(db, startup({ user: 'postgres', database: 'postgres' }));
    return new Multiplexer(db, greeting, options);
  }

  /** Opens a session for a client that speaks the wire protocol. */
  connect(peer: Peer): Session {
    const session = new Session(
      {
        greeting: this.#greeting,
        received: (each) => this.#received(each),
        submit: (each, batch) => this.#submit(each, batch),
        closed: (each) => this.#closed(each),
      },
      peer,
    );
    this.#sessions.add(session);
    if (this.#lost !== undefined) session.abort(lost);
    return session;
  }

  /** Has `listener` told of the size of each batch served. */
  onServed(listener: (byteCount: number) => void): void {
    this.#servedListener = listener;
  }

  /** Closes every session; resolves when the backend is at rest. */
  async close(): Promise<void> {
    for (const session of this.#sessions) session.abort(shutDown);
    await this.#work;
  }

  #submit(session: Session, batch: Batch): void {
    this.#queue.push({ session, batch });
    this.#start();
  }

  #received(session: Session): void {
    if (session === this.#owner) this.#watchOwner();
  }

  #closed(session: Session): void {
    this.#sessions.delete(session);
    this.#queue = this.#queue.filter((job) => job.session !== session);
    this.#channelsChanged ||= session.subscriptions.channels.size > 0;
    this.#start();
  }

  #start(): void {
    if (!this.#isRunning) this.#work = this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#lost === undefined) {
      if (this.#owner?.isClosed === true) await this.#rollBack();
      if (this.#owner === undefined) await this.#tidy();
      const job = this.#takeJob();
      if (job === undefined) break;
      this.#alarm?.cancel();
      await this.#serve(job);
      this.#watchOwner();
      this.#servedListener(byteCountOf(job.batch));
      await nextTurn();
    }
    this.#isRunning = false;
  }

  #takeJob(): Job | undefined {
    const owner = this.#owner;
    const index = owner === undefined ? 0 : this.#queue.findIndex((job) => job.session === owner);
    return index === -1 ? undefined : this.#queue.splice(index, 1)[0];
  }

  async #serve({ session, batch }: Job): Promise<void> {
    const rewritten = this.#statements.rewrite(withoutFatalStatements(batch), session.statements);
    const answer = await this.#execute(rewritten.bytes);
    if (answer === undefined) return;
    const mayContinue = batch.at(-1)?.[0] === clientMessage.flush;
    if (answer.status === undefined && !mayContinue) {
      // PGlite swallows what WebAssembly throws (a stack overflow, say) and leaves the answer without an end.
      this.#owner = session;
      session.abort(failed);
      return;
    }
    this.#owner = answer.status === 'I' ? undefined : session;
    this.#learn(session, batch, answer);
    session.send(Buffer.concat(this.#statements.restore(answer, rewritten)));
    this.#notify(answer);
  }

  /** Draws from an answer what it means for the batches after it. */
  #learn(session: Session, batch: Batch, answer: Answer): void {
    if (answer.tags.some((tag) => /^(UN)?LISTEN$/.test(tag))) {
      for (const sql of sqlIn(batch, session.statements)) session.subscriptions.note(sql);
    }
    if (answer.tags.includes('DISCARD ALL')) {
      session.subscriptions.clear();
      session.statements.clear();
      this.#channelsChanged = true;
    }
    if (answer.tags.some((tag) => !harmless.test(tag))) this.#statements.forget();
    if (answer.status !== 'I') return;
    const isCommitted = answer.tags.at(-1) !== 'ROLLBACK';
    this.#channelsChanged = session.subscriptions.settle(isCommitted) || this.#channelsChanged;
  }

  #notify({ notifications }: Answer): void {
    for (const { channel, bytes } of notifications) {
      for (const session of this.#sessions) {
        if (session.subscriptions.channels.has(channel)) session.send(bytes);
      }
    }
  }

  /** What the backend should be told between transactions, for all sessions. */
  async #tidy(): Promise<void> {
    if (this.#statements.isStale) {
      await this.#execute(query('deallocate all'));
      this.#statements.dropped();
    }
    if (this.#channelsChanged) {
      this.#channelsChanged = false;
      const all = [...this.#sessions].flatMap((each) => [...each.subscriptions.channels]);
      await this.#execute(query(listenExactlyTo(new Set(all))));
    }
  }

  async #rollBack(): Promise<void> {
    const answer = await this.#execute(Buffer.concat([sync, query('rollback')]));
    this.#owner = undefined;
    if (answer !== undefined && answer.status !== 'I') this.#lose(answer);
  }

  /** Undefined when the backend is lost. */
  async #execute(bytes: Buffer): Promise<Answer | undefined> {
    try {
      const answer = readAnswer(await execute(this.#db, bytes));
      if (!answer.isFatal) return answer;
      this.#lose(answer);
    } catch (error) {
      this.#lose(error);
    }
    return undefined;
  }

  #lose(reason: unknown): void {
    this.#lost = reason;
    for (const session of this.#sessions) session.abort(lost);
  }

  #watchOwner(): void {
    this.#alarm?.cancel();
    const owner = this.#owner;
    if (owner === undefined || this.#queue.some((job) => job.session === owner)) return;
    this.#alarm = startAlarm(this.#options.idleInTransactionTimeoutMs, () => owner.abort(tooIdle));
  }
}

function byteCountOf(batch: Batch): number {
  return batch.reduce((sum, each) => sum + each.length, 0);
}

async function execute(db: PGlite, bytes: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await db.execProtocolRawStream(bytes, {
    syncToFs: false,
    onRawData: (data) => {
      chunks.push(Buffer.from(data));
    },
  });
  return Buffer.concat(chunks);
}

const tooIdle = {
  code: '25P03',
  message: 'terminating connection due to idle-in-transaction timeout',
  hint: 'Commit or roll back at once; while a transaction is open on the embedded database, nobody else is served.',
};
const failed = {
  code: 'XX000',
  message: 'the embedded database could not finish this statement; its transaction is rolled back',
  hint: 'Make the statement simpler (less deeply nested) or use a PostgreSQL server.',
};
const lost = {
  code: '57P02',
  message: 'the embedded database has stopped after an internal failure',
  hint: 'Open it again; what was committed is kept.',
};
const shutDown = {
  code: '57P01',
  message: 'the embedded database is being closed',
  hint: 'Open it again.',
};
