const closingBrace = 0x7d;

/**
 * The facts that a relayed answer has to say, by their names. Those that the upstream's body lacks are written in at its
 * end, since only there it is known that they will not come: a name that stands twice is an error to some clients.
 */
export class RelayFacts {
  readonly #facts: readonly (readonly [name: string, text: string])[];

  /** `said`: the document as far as it has been read. */
  constructor(facts: Readonly<Record<string, string>>, said: unknown) {
    this.#facts = Object.entries(facts)
      .filter(([name]) => !says(said, name))
      .map(([name, value]) => [name, `,"${name}":${JSON.stringify(value)}`]);
  }

  /** Bytes by which the answer is longer than the upstream's body, whatever that says in the end. */
  get roomBytes(): number {
    return this.#facts.reduce((sum, [, text]) => sum + text.length, 0);
  }

  /**
   * The body's last bytes, which hold its closing brace, with the facts that are not in the whole document. `isSized`: the
   * client was told a length, so that spaces take the room of facts that came by themselves.
   */
  close(end: Buffer, document: unknown, isSized: boolean): Buffer {
    const missing = this.#facts.filter(([name]) => !says(document, name));
    const text = missing.map(([, one]) => one).join("");
    const at = end.lastIndexOf(closingBrace);
    if (at === -1) throw new Error("the end of a relayed body has no closing brace");
    const spaces = isSized ? " ".repeat(this.roomBytes - text.length) : "";
    return Buffer.concat([
      end.subarray(0, at),
      Buffer.from(text, "latin1"),
      end.subarray(at),
      Buffer.from(spaces, "latin1"),
    ]);
  }
}

function says(document: unknown, name: string): boolean {
  return typeof document === "object" && document !== null && Object.hasOwn(document, name);
}
