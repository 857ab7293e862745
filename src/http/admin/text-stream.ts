import { Readable } from "node:stream";

/** Pieces of text as a stream, of which the first has been made. Whoever ends it early ends what makes them. */
export function streamOf(first: IteratorResult<string>, text: AsyncGenerator<string>): Readable {
  let waiting: IteratorResult<string> | undefined = first;
  const next = async (): Promise<string | null> => {
    const step = waiting ?? (await text.next());
    waiting = undefined;
    return step.done === true ? null : step.value;
  };
  return new Readable({
    read() {
      next().then(
        (piece) => this.push(piece),
        (thrown: unknown) =>
          this.destroy(thrown instanceof Error ? thrown : new Error(String(thrown))),
      );
    },
    destroy(thrown, done) {
      text.return(undefined).then(
        () => done(thrown),
        () => done(thrown),
      );
    },
  });
}
