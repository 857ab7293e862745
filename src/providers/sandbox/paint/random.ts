/** A source of numbers from 0 (inclusive) to 1 (exclusive), the same on every machine for the same seed. */
export type Random = () => number;

/** Spreads the bits of a 32-bit integer, so that near seeds give unrelated sequences. */
export function scramble(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** FNV-1a over UTF-16 units, scrambled: a 32-bit unsigned integer. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return scramble(hash);
}

/** A seed of its own for one part of a picture, so that adding a part never changes the others. */
export function seedFor(seed: number, part: string): number {
  return scramble(seed ^ hashText(part));
}

/** The mulberry32 sequence. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** One of several; the list must not be empty. */
export function pick<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

/** A smooth curve through random values at whole numbers, -1 to 1. */
export type Noise = (x: number) => number;

export function noiseFrom(seed: number): Noise {
  const at = (whole: number) => scramble(seed + Math.imul(whole, 0x9e3779b1)) / 2147483648 - 1;
  return (x) => {
    const whole = Math.floor(x);
    const rest = x - whole;
    const ease = rest * rest * rest * (rest * (rest * 6 - 15) + 10);
    const left = at(whole);
    return left + (at(whole + 1) - left) * ease;
  };
}

/** Several octaves of noise, each half as strong and a little more than twice as fine; about -1 to 1. */
export function fractalNoise(seed: number, octaves: number): Noise {
  const layers = Array.from({ length: octaves }, (_, octave) => noiseFrom(scramble(seed + octave)));
  return (x) => {
    let sum = 0;
    let strength = 0.5;
    let fineness = 1;
    for (const layer of layers) {
      sum += layer(x * fineness) * strength;
      strength *= 0.5;
      fineness *= 2.13;
    }
    return sum;
  };
}
