import type { Connection, ConnectionOptions } from "./connection.ts";
import { openConnection } from "./connection.ts";
import { awayFault } from "./faults.ts";
import { commitGroup } from "./group-commit.ts";
import type { GroupResult, Outcome, Work } from "./group-commit.ts";

/** Commands in one transaction: others wait for no more than this, and its locks are held for as long. */
const groupCommandsMax = 200;

/** A command that waits for its outcome. */
export interface Asked extends Work {
  /** True: no other is in its transaction. */
  readonly isAlone: boolean;
  /** `ranMs`: the time that its transaction took, connecting included. */
  settle(outcome: Outcome, ranMs: number): void;
}

export interface LaneOptions extends ConnectionOptions {
  /** SQL that opens a transaction of this lane. */
  readonly begin: string;
  /** Told the number of transactions committed for a group. */
  readonly onCommits: (commits: number) => void;
}

/** A connection of its own that takes what waits, a group after the other. It connects on first use, and again once its connection is lost. */
export interface Lane {
  ask(asked: Asked): void;
  /** Lends the connection to somebody alone, once the group under way has ended; rejects where there is none. */
  borrow(): Promise<Borrowed>;
  /** True while somebody has its connection, or waits for it. */
  isLent(): boolean;
  /** Commands without an outcome. */
  pending(): number;
  /** Ends the connection after everything asked before. */
  close(): Promise<void>;
}

/** A connection that nobody else uses until it is released. */
export interface Borrowed {
  readonly connection: Connection;
  release(): void;
}

/** A lane that is not connected yet. */
export function createLane(options: LaneOptions): Lane {
  return new ConnectionLane(options);
}

class ConnectionLane implements Lane {
  readonly #options: LaneOptions;
  #waiting: Asked[] = [];
  #running = 0;
  readonly #borrowers: PromiseWithResolvers<Borrowed>[] = [];
  #connection: Connection | undefined;
  /** The work under way; undefined while the lane is idle. */
  #busy: Promise<void> | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  ask(asked: Asked): void {
    this.#waiting.push(asked);
    // Begun at the end of the turn, so that all of it is one group.
    this.#busy ??= new Promise<void>((done) => {
      setImmediate(done);
    }).then(() => this.#work());
  }

  borrow(): Promise<Borrowed> {
    const borrower = Promise.withResolvers<Borrowed>();
    this.#borrowers.push(borrower);
    this.#busy ??= Promise.resolve().then(() => this.#work());
    return borrower.promise;
  }

  isLent(): boolean {
    return this.#borrowers.length > 0;
  }

  pending(): number {
    return this.#waiting.length + this.#running + this.#borrowers.length;
  }

  async close(): Promise<void> {
    await this.#busy;
    await this.#connection?.close();
    this.#connection = undefined;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length + this.#borrowers.length > 0) {
      const borrower = this.#borrowers[0];
      if (borrower !== undefined) {
        await this.#lend(borrower);
        this.#borrowers.shift();
        continue;
      }
      const group = this.#take();
      this.#running = group.length;
      const begunAt = performance.now();
      const { outcomes, commits } = await this.#run(group);
      const ranMs = performance.now() - begunAt;
      this.#running = 0;
      this.#options.onCommits(commits);
      for (const [index, asked] of group.entries()) {
        const outcome = outcomes[index];
        if (outcome !== undefined) asked.settle(outcome, ranMs);
      }
    }
    this.#busy = undefined;
    // An idle store does not keep the process alive.
    this.#connection?.hold(false);
  }

  /** The commands of the next transaction. By subject, so that two groups lock the rows of requests in one order. */
  #take(): readonly Asked[] {
    const first = this.#waiting.findIndex(({ isAlone }) => isAlone);
    const count = first === -1 ? groupCommandsMax : Math.min(Math.max(first, 1), groupCommandsMax);
    return this.#waiting
      .splice(0, count)
      .toSorted((a, b) => (a.subject < b.subject ? -1 : Number(a.subject > b.subject)));
  }

  async #run(group: readonly Work[]): Promise<GroupResult> {
    try {
      const connection = await this.#connected();
      connection.hold(true);
      return await commitGroup(connection, group, this.#options.begin);
    } catch (thrown) {
      const fault = awayFault(thrown);
      return { outcomes: group.map(() => ({ fault })), commits: 0 };
    }
  }

  async #lend({ resolve, reject }: PromiseWithResolvers<Borrowed>): Promise<void> {
    try {
      const connection = await this.#connected();
      connection.hold(true);
      await new Promise<void>((release) => resolve({ connection, release }));
    } catch (thrown) {
      reject(awayFault(thrown));
    }
  }

  async #connected(): Promise<Connection> {
    if (this.#connection?.isLost() === true) {
      await this.#connection.close();
      this.#connection = undefined;
    }
    this.#connection ??= await openConnection(this.#options);
    return this.#connection;
  }
}
