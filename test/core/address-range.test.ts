import fc from "fast-check";
import { isIP } from "node:net";
import { expect, test } from "vitest";
import { parseRange, rangesHave } from "../../src/core/address-range.ts";

/** The judgement of the code for one range. */
function has(range: string, address: string): boolean {
  const parsed = parseRange(range);
  if (parsed === undefined) throw new Error(`${range} is no range`);
  return rangesHave([parsed], address);
}

type Bytes = readonly number[];

/** An address by its bytes, in one of the ways in which people write it. */
type Spelling = (bytes: Bytes) => string;

const dotted: Spelling = (bytes) => bytes.join(".");

function groups(bytes: Bytes): string[] {
  return Array.from({ length: bytes.length / 2 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
}

const full: Spelling = (bytes) =>
  groups(bytes)
    .map((group) => group.padStart(4, "0"))
    .join(":");
const upper: Spelling = (bytes) => groups(bytes).join(":").toUpperCase();
const short: Spelling = (bytes) => new URL(`http://[${full(bytes)}]`).hostname.slice(1, -1);
const mixed: Spelling = (bytes) =>
  `${groups(bytes.slice(0, 12)).join(":")}:${dotted(bytes.slice(12))}`;
/** With its first run of zero groups left out, however short. */
const squeezed: Spelling = (bytes) => {
  const all = groups(bytes);
  const from = all.indexOf("0");
  if (from === -1) return all.join(":");
  let to = from;
  while (all[to] === "0") to += 1;
  return `${all.slice(0, from).join(":")}::${all.slice(to).join(":")}`;
};

const mappedStart: Bytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

/** The straightforward judgement: one bit after another. */
function oracle(network: Bytes, prefix: number, address: Bytes): boolean {
  if (network.length !== address.length) return false;
  const bits = (bytes: Bytes): string =>
    bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits(network).slice(0, prefix) === bits(address).slice(0, prefix);
}

/** Few values of a byte, so that addresses meet. */
const byte = fc.oneof(fc.constantFrom(0, 1, 127, 128, 254, 255), fc.nat(255));
const four = fc.array(byte, { minLength: 4, maxLength: 4 });
const sixteen = fc
  .array(byte, { minLength: 16, maxLength: 16 })
  .filter((bytes) => mappedStart.some((value, at) => bytes[at] !== value));

/** An address that differs from another from some bit on, or from none. */
function near(bytes: Bytes, at: number, noise: Bytes): Bytes {
  return bytes.map((value, index) => {
    if (index * 8 + 7 < at) return value;
    const kept = Math.max(0, at - index * 8);
    const mask = 0xff >> kept;
    return (value & ~mask & 0xff) | ((noise[index] ?? 0) & mask);
  });
}

test("IPv4 ranges have what shares their first bits, mapped or not, and nothing else", () => {
  fc.assert(
    fc.property(four, fc.nat(32), fc.nat(32), four, fc.boolean(), fc.boolean(), (...drawn) => {
      const [network, prefix, at, noise, isMapped, isRangeMapped] = drawn;
      const address = near(network, at, noise);
      const range = isRangeMapped
        ? `::ffff:${dotted(network)}/${prefix + 96}`
        : `${dotted(network)}/${prefix}`;
      const written = isMapped ? squeezed([...mappedStart, ...address]) : dotted(address);
      expect(has(range, written)).toBe(oracle(network, prefix, address));
    }),
    { numRuns: 3000 },
  );
});

test("IPv6 ranges have what shares their first bits, however both are spelled, and nothing else", () => {
  const spelling = fc.constantFrom(full, upper, short, mixed, squeezed);
  fc.assert(
    fc.property(sixteen, fc.nat(128), fc.nat(128), sixteen, spelling, spelling, (...drawn) => {
      const [network, prefix, at, noise, spellRange, spellAddress] = drawn;
      const address = near(network, at, noise);
      fc.pre(mappedStart.some((value, index) => address[index] !== value));
      expect(has(`${spellRange(network)}/${prefix}`, spellAddress(address))).toBe(
        oracle(network, prefix, address),
      );
    }),
    { numRuns: 3000 },
  );
});

test("ranges of one kind have no addresses of the other", () => {
  fc.assert(
    fc.property(four, sixteen, (v4, v6) => {
      expect(has("::/0", dotted(v4))).toBe(false);
      expect(has("0.0.0.0/0", full(v6))).toBe(false);
      expect(has("0.0.0.0/0", dotted(v4))).toBe(true);
      expect(has("::/0", full(v6))).toBe(true);
    }),
  );
});

test("what is an address here is one for Node too", () => {
  const text = fc.oneof(
    fc.stringMatching(/^[0-9a-fA-F:.]{1,24}$/),
    fc
      .array(fc.constantFrom("::", ":", "0", "ffff", "1.2.3.4", "01", "256", "."), {
        minLength: 1,
        maxLength: 10,
      })
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (written) => {
      expect(parseRange(written) !== undefined).toBe(isIP(written) !== 0);
    }),
    { numRuns: 5000 },
  );
});

test("a zone does not count in an address and is none in a range", () => {
  expect(has("fe80::/10", "fe80::1%eth0")).toBe(true);
  expect(parseRange("fe80::1%eth0")).toBeUndefined();
});

test.each(["", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/+8", "10/8"])(
  "%j is no range",
  (text) => expect(parseRange(text)).toBeUndefined(),
);

test.each([" 10.0.0.1", "10.0.0.1\n", "::ffff:10.0.0.0/95x", "10.0.0.0/8/8", "010.0.0.1", "host"])(
  "%j is no range either, and nothing has it",
  (text) => {
    expect(parseRange(text)).toBeUndefined();
    expect(has("0.0.0.0/0", text)).toBe(false);
  },
);

test("a range of mapped addresses that is wider than all of IPv4 is one of IPv6", () => {
  expect(has("::ffff:0:0/95", "::fffe:1:2")).toBe(true);
  expect(has("::ffff:0:0/95", "10.0.0.1")).toBe(false);
});
