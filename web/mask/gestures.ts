/** A pointer on the canvas, in the canvas's own pixels on the screen. */
export interface Pointer {
  readonly id: number;
  readonly kind: "mouse" | "pen" | "touch";
  readonly x: number;
  readonly y: number;
  /** Milliseconds, of any clock that goes on. */
  readonly at: number;
  /** True: it moves the picture and paints nothing (the middle button, or the space bar held). */
  readonly moves: boolean;
}

/** One thing that a canvas is to do about its pointers. */
export type Gesture =
  | { readonly kind: "begin" | "extend"; readonly x: number; readonly y: number }
  /** `keeps` is false where what was drawn was the beginning of a movement by two fingers. */
  | { readonly kind: "end"; readonly keeps: boolean }
  | {
      readonly kind: "move";
      readonly dx: number;
      readonly dy: number;
      /** By how much it is larger, around a place. */
      readonly factor: number;
      readonly x: number;
      readonly y: number;
    };

/** A second finger within this time of the first means both to move the picture. */
const togetherMs = 250;
/** A touch so shortly after the pen was there is the hand that holds it. */
const palmMs = 500;

/** Turns pointers into gestures: one paints, two fingers move and zoom, a hand beside a pen does nothing. */
export interface Gestures {
  down(pointer: Pointer): readonly Gesture[];
  move(pointer: Pointer): readonly Gesture[];
  up(pointer: Pointer): readonly Gesture[];
}

/** Gestures without any pointer. */
export function createGestures(): Gestures {
  return new PointerGestures();
}

class PointerGestures implements Gestures {
  /** The pointer that paints, and when it began. */
  #painting: Pointer | undefined;
  /** The pointers that move the picture: one of a mouse, or two fingers. */
  #moving: readonly Pointer[] = [];
  #penSeenAt = -Infinity;

  down(pointer: Pointer): readonly Gesture[] {
    if (pointer.kind === "pen") this.#penSeenAt = pointer.at;
    if (pointer.kind === "touch" && this.#isPalm(pointer)) return [];
    if (this.#moving.length > 0) return [];
    const painting = this.#painting;
    if (pointer.moves) {
      if (painting === undefined) this.#moving = [pointer];
      return [];
    }
    if (painting === undefined) return this.#begin(pointer);
    if (pointer.kind === "pen" && painting.kind === "touch")
      return [{ kind: "end", keeps: false }, ...this.#begin(pointer)];
    if (pointer.kind !== "touch" || painting.kind !== "touch") return [];
    this.#painting = undefined;
    this.#moving = [painting, pointer];
    return [{ kind: "end", keeps: pointer.at - painting.at > togetherMs }];
  }

  move(pointer: Pointer): readonly Gesture[] {
    if (pointer.kind === "pen") this.#penSeenAt = pointer.at;
    const { x, y } = pointer;
    if (pointer.id === this.#painting?.id) {
      // The time of its beginning is kept, its place is the newest: two fingers go on from there.
      this.#painting = { ...pointer, at: this.#painting.at };
      return [{ kind: "extend", x, y }];
    }
    if (!this.#moving.some(({ id }) => id === pointer.id)) return [];
    const before = this.#moving;
    this.#moving = before.map((one) => (one.id === pointer.id ? pointer : one));
    const [from, to] = [spanOf(before), spanOf(this.#moving)];
    const factor = from.length > 0 && to.length > 0 ? to.length / from.length : 1;
    return [{ kind: "move", dx: to.x - from.x, dy: to.y - from.y, factor, x: to.x, y: to.y }];
  }

  up(pointer: Pointer): readonly Gesture[] {
    if (pointer.kind === "pen") this.#penSeenAt = pointer.at;
    if (pointer.id === this.#painting?.id) {
      this.#painting = undefined;
      return [{ kind: "end", keeps: true }];
    }
    // Of two fingers one is left: it goes on moving until it is lifted too.
    this.#moving = this.#moving.filter(({ id }) => id !== pointer.id);
    return [];
  }

  #begin(pointer: Pointer): readonly Gesture[] {
    this.#painting = pointer;
    return [{ kind: "begin", x: pointer.x, y: pointer.y }];
  }

  #isPalm(pointer: Pointer): boolean {
    return this.#painting?.kind === "pen" || pointer.at - this.#penSeenAt < palmMs;
  }
}

/** The middle of one or two pointers, and how far they are apart. */
function spanOf(pointers: readonly Pointer[]): {
  readonly x: number;
  readonly y: number;
  readonly length: number;
} {
  const [a, b] = pointers;
  if (a === undefined) return { x: 0, y: 0, length: 0 };
  if (b === undefined) return { x: a.x, y: a.y, length: 0 };
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, length: Math.hypot(a.x - b.x, a.y - b.y) };
}
