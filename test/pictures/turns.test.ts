import { describe, expect, test } from "vitest";
import { createTurns, type Turn, type Turns } from "../../src/pictures/turns.ts";

const limits = { runningMax: 2, weightMax: 10, waitingMax: 8, waitingOfOneMax: 5 };

/** Work that is begun and ended by hand. */
class Bench {
  readonly begun: string[] = [];
  readonly failed: unknown[] = [];
  readonly #turns: Turns;
  readonly #ends = new Map<string, (fails: boolean) => void>();

  constructor(turns: Turns = createTurns(limits)) {
    this.#turns = turns;
  }

  ask(name: string, turn: Partial<Turn> = {}): void {
    const whole = { owner: name.replace(/\d+$/, ""), weight: 1, ...turn };
    const work = async (): Promise<void> => {
      this.begun.push(name);
      const fails = await new Promise<boolean>((resolve) => this.#ends.set(name, resolve));
      if (fails) throw new Error("the work fails");
    };
    this.#turns.run(whole, work).catch((thrown: unknown) => this.failed.push(thrown));
  }

  async end(name: string, fails = false): Promise<void> {
    await settled();
    this.#ends.get(name)?.(fails);
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("turns", () => {
  test("so many run at once, and a failure gives its place to the next", async () => {
    const bench = new Bench();
    for (const name of ["a1", "a2", "a3", "a4"]) bench.ask(name);
    await settled();
    expect(bench.begun).toEqual(["a1", "a2"]);
    await bench.end("a1", true);
    expect(bench.begun).toEqual(["a1", "a2", "a3"]);
    await bench.end("a2");
    await bench.end("a3");
    await bench.end("a4");
    bench.ask("a5");
    await settled();
    expect(bench.begun.at(-1)).toBe("a5");
    expect(bench.failed).toHaveLength(1);
  });

  test("go round among owners, whoever came first with however much", async () => {
    const bench = new Bench();
    for (const name of ["a1", "a2", "a3", "a4", "a5", "b1", "b2", "c1"]) bench.ask(name);
    for (const name of ["a1", "a2", "a3", "b1", "c1", "a4", "b2"]) await bench.end(name);
    expect(bench.begun).toEqual(["a1", "a2", "a3", "b1", "c1", "a4", "b2", "a5"]);
  });

  test("heavy work waits until its weight is free, and lighter work may go before it a few times", async () => {
    const bench = new Bench();
    bench.ask("a1", { weight: 7 });
    bench.ask("b1", { weight: 7 });
    for (const name of ["c1", "d1", "e1", "f1", "g1"]) bench.ask(name);
    for (const name of ["c1", "d1", "e1", "f1"]) await bench.end(name);
    // Four went before it. From now on the lane stays free for it.
    expect(bench.begun).toEqual(["a1", "c1", "d1", "e1", "f1"]);
    await bench.end("a1");
    expect(bench.begun.slice(5)).toEqual(["b1", "g1"]);
  });

  test("as much as is allowed runs alone", async () => {
    const bench = new Bench();
    bench.ask("a1", { weight: 10 });
    bench.ask("b1", { weight: 1 });
    await settled();
    expect(bench.begun).toEqual(["a1"]);
    await bench.end("a1");
    expect(bench.begun).toEqual(["a1", "b1"]);
  });

  test("of one owner only so much may wait, and of all", async () => {
    const bench = new Bench();
    for (let index = 1; index <= 8; index += 1) bench.ask(`a${index}`);
    await settled();
    expect(bench.failed).toMatchObject([{ code: "overloaded" }]);
    for (const owner of ["b", "c", "d", "e"]) bench.ask(`${owner}1`);
    await settled();
    expect(bench.failed).toHaveLength(2);
  });

  test("what nobody waits for is given up when its turn comes", async () => {
    const bench = new Bench();
    let isWanted = true;
    bench.ask("a1");
    bench.ask("a2");
    for (const name of ["b1", "b2", "b3"]) bench.ask(name, { isWanted: () => isWanted });
    bench.ask("c1");
    isWanted = false;
    await bench.end("a1");
    expect(bench.begun).toEqual(["a1", "a2", "c1"]);
    expect(bench.failed).toHaveLength(3);
    for (const thrown of bench.failed) expect(thrown).toMatchObject({ code: "request_timeout" });
    await bench.end("a2");
    bench.ask("b4");
    await settled();
    expect(bench.begun.at(-1)).toBe("b4");
  });
});
