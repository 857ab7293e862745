import { PinholeError } from "../core/errors.ts";

/** One piece of work that waits for its turn. */
export interface Turn {
  /** For whom it is; turns go round among all owners. */
  readonly owner: string;
  /** The work's share of `weightMax`. */
  readonly weight: number;
  /** False: nobody waits for it any more, and it need not be done. Asked when its turn comes. */
  isWanted?(): boolean;
}

export interface TurnLimits {
  /** Pieces of work at once. */
  readonly runningMax: number;
  /** Weight of all that runs at once; heavier work than that is never to be asked for. */
  readonly weightMax: number;
  /** Pieces of work that may wait, of all owners and of one. */
  readonly waitingMax: number;
  readonly waitingOfOneMax: number;
}

/** Lets so much work run at once; the rest waits, a queue for each owner. */
export interface Turns {
  /** Throws overloaded where too much waits already, and request_timeout where nobody waits for the work. */
  run<T>(turn: Turn, work: () => Promise<T>): Promise<T>;
}

/** Lighter work may go before heavy work that does not fit yet, but only so often. */
const overtakenMax = 4;

interface Waiting extends Turn {
  begin(): void;
  giveUp(): void;
  /** The number of times that others went first though it was this one's turn. */
  overtaken: number;
}

/** Turns that go round among owners, so that who asks for much waits for itself. */
export function createTurns(limits: TurnLimits): Turns {
  const queues = new Queues();
  let running = 0;
  let weight = 0;
  const fits = (turn: Turn): boolean =>
    running < limits.runningMax && weight + turn.weight <= limits.weightMax;
  const begin = (turn: Turn): void => {
    running += 1;
    weight += turn.weight;
  };
  const beginNext = (): void => {
    for (let next = queues.takeNext(fits); next !== undefined; next = queues.takeNext(fits)) {
      begin(next);
      next.begin();
    }
  };
  return {
    async run(turn, work) {
      if (queues.length === 0 && fits(turn)) begin(turn);
      else {
        if (queues.length >= limits.waitingMax || queues.of(turn.owner) >= limits.waitingOfOneMax) {
          throw tooMuch();
        }
        await new Promise<void>((resolve, reject) => {
          const giveUp = (): void => reject(nobodyWaits());
          queues.add({ ...turn, begin: resolve, giveUp, overtaken: 0 });
          beginNext();
        });
      }
      try {
        return await work();
      } finally {
        running -= 1;
        weight -= turn.weight;
        beginNext();
      }
    },
  };
}

/** A queue for each owner that has work waiting, in the order in which their turns come. */
class Queues {
  length = 0;
  readonly #queues = new Map<string, Waiting[]>();

  of(owner: string): number {
    return this.#queues.get(owner)?.length ?? 0;
  }

  add(waiting: Waiting): void {
    this.length += 1;
    const queue = this.#queues.get(waiting.owner);
    if (queue === undefined) this.#queues.set(waiting.owner, [waiting]);
    else queue.push(waiting);
  }

  /** Takes out what runs next. An owner whose turn came goes to the end. What nobody waits for is given up on the way. */
  takeNext(fits: (turn: Turn) => boolean): Waiting | undefined {
    const passed: Waiting[] = [];
    for (const [owner, queue] of this.#queues) {
      const head = this.#wantedHead(owner, queue);
      if (head === undefined) continue;
      if (!fits(head)) {
        if (head.overtaken >= overtakenMax) return undefined;
        passed.push(head);
        continue;
      }
      for (const one of passed) one.overtaken += 1;
      queue.shift();
      this.length -= 1;
      this.#queues.delete(owner);
      if (queue.length > 0) this.#queues.set(owner, queue);
      return head;
    }
    return undefined;
  }

  #wantedHead(owner: string, queue: Waiting[]): Waiting | undefined {
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      if (head.isWanted?.() !== false) return head;
      queue.shift();
      this.length -= 1;
      head.giveUp();
    }
    this.#queues.delete(owner);
    return undefined;
  }
}

function tooMuch(): PinholeError {
  return new PinholeError("overloaded", {
    message: "The gateway is converting too many images at once; try again in a moment.",
    retryAfterSeconds: 5,
  });
}

function nobodyWaits(): PinholeError {
  return new PinholeError("request_timeout", {
    message: "The connection was closed before its images were worked on; send the request again.",
  });
}
