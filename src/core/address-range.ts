/** An address as a number: 32 bits of IPv4, 128 of IPv6. */
interface Address {
  readonly version: 4 | 6;
  readonly value: bigint;
}

/** Addresses whose first bits are the same. */
export interface AddressRange {
  readonly version: 4 | 6;
  /** The bits that they share. */
  readonly network: bigint;
  /** The number of the other bits. */
  readonly free: bigint;
}

const bitsOf = { 4: 32, 6: 128 } as const;
/** The upper 96 bits of an IPv6 address that stands for an IPv4 one (`::ffff:192.0.2.1`). */
const mapped = 0xffffn;

/**
 * A range from an address (`192.0.2.1`) or CIDR notation (`10.0.0.0/8`, `fd00::/8`); bits beyond the prefix are
 * ignored. A range of IPv4-mapped addresses is one of IPv4. Undefined where the text is neither.
 */
export function parseRange(text: string): AddressRange | undefined {
  const [written = "", prefix, ...rest] = text.split("/");
  if (rest.length > 0) return undefined;
  const address = parseBits(written);
  if (address === undefined) return undefined;
  const bits = bitsOf[address.version];
  if (prefix !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefix)) return undefined;
  const length = prefix === undefined ? bits : Number(prefix);
  if (length > bits) return undefined;
  if (address.version === 6 && length >= 96 && address.value >> 32n === mapped)
    return rangeOf(4, address.value & 0xffff_ffffn, 128 - length);
  return rangeOf(address.version, address.value, bits - length);
}

function rangeOf(version: 4 | 6, value: bigint, free: number): AddressRange {
  return { version, network: value >> BigInt(free), free: BigInt(free) };
}

/**
 * True where one of the ranges has the address. An IPv4-mapped address is the IPv4 one that it stands for, so `::/0` has
 * IPv6 alone; the zone of a link-local address (`fe80::1%eth0`) does not count.
 */
export function rangesHave(ranges: readonly AddressRange[], text: string): boolean {
  const zone = text.indexOf("%");
  const address = unmapped(parseBits(zone === -1 ? text : text.slice(0, zone)));
  if (address === undefined) return false;
  const { version, value } = address;
  return ranges.some((range) => range.version === version && value >> range.free === range.network);
}

function unmapped(address: Address | undefined): Address | undefined {
  if (address?.version !== 6 || address.value >> 32n !== mapped) return address;
  return { version: 4, value: address.value & 0xffff_ffffn };
}

function parseBits(text: string): Address | undefined {
  if (!text.includes(":")) {
    const value = ipv4Value(text);
    return value === undefined ? undefined : { version: 4, value };
  }
  const value = ipv6Value(text);
  return value === undefined ? undefined : { version: 6, value };
}

/** Four decimal numbers; one with a leading zero could be octal, so it is none. */
function ipv4Value(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

/** Eight groups of hexadecimal digits, a run of zeros as `::`, the last two perhaps as an IPv4 address. */
function ipv6Value(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, at) => groupsOf(half, at === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? joined(head) : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0n);
  return joined([...head, ...zeros, ...tail]);
}

function groupsOf(half: string, isLast: boolean): bigint[] | undefined {
  if (half === "") return [];
  const groups: bigint[] = [];
  const parts = half.split(":");
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(BigInt(`0x${part}`));
      continue;
    }
    const dotted = isLast && at === parts.length - 1 ? ipv4Value(part) : undefined;
    if (dotted === undefined) return undefined;
    groups.push(dotted >> 16n, dotted & 0xffffn);
  }
  return groups;
}

function joined(groups: readonly bigint[]): bigint {
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}
