import { BlockList, isIPv4, isIPv6 } from "node:net";

/**
 * IPv4 ranges that are no public unicast: the IANA special-purpose registry (RFC 6890 and its
 * updates), multicast, the reserved block, and addresses inside public ranges at which clouds serve
 * credentials to their own machines.
 */
const badIpv4: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "100.100.100.200/32",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/** Special ranges inside 2000::/3, the only IPv6 block that is public unicast. 2001::/23 has Teredo, ORCHID and the like. */
const badIpv6: readonly string[] = ["2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20"];

const publicIpv6: readonly string[] = ["2000::/3"];

/** Blocks whose addresses carry an IPv4 address that is reached in their place, and where it stands, in 16-bit groups. */
const embeddings: readonly { readonly block: readonly string[]; readonly at: number }[] = [
  // IPv4-mapped.
  { block: ["::ffff:0:0/96"], at: 6 },
  // NAT64, the well-known prefix.
  { block: ["64:ff9b::/96"], at: 6 },
  // 6to4.
  { block: ["2002::/16"], at: 1 },
];

/** A set of addresses, from entries such as `10.0.0.0/8`, `fd00::/8` or `192.0.2.1`. */
export interface AddressSet {
  has(address: string): boolean;
}

/** Throws TypeError on an entry that is no address or range. */
export function addressSet(entries: readonly string[]): AddressSet {
  // Apart, since one list for both would take an IPv4-mapped address for the IPv4 one it embeds.
  const ipv4 = new BlockList();
  const ipv6 = new BlockList();
  for (const entry of entries) {
    const [address = "", prefix] = entry.split("/");
    const isSix = isIPv6(address);
    const bits = prefix === undefined ? (isSix ? 128 : 32) : Number(prefix);
    if ((!isSix && !isIPv4(address)) || !Number.isInteger(bits) || prefix === "") {
      throw new TypeError(`${entry} is no IP address or CIDR range`);
    }
    if (isSix) ipv6.addSubnet(address, bits, "ipv6");
    else ipv4.addSubnet(address, bits, "ipv4");
  }
  return {
    has(address) {
      if (isIPv4(address)) return ipv4.check(address, "ipv4");
      return isPlainIpv6(address) && ipv6.check(address, "ipv6");
    },
  };
}

/**
 * Every address that is meant by this one: itself, and the IPv4 address that it carries (mapped, NAT64,
 * 6to4, ISATAP). Empty: no address at all, or one with a zone (`fe80::1%eth0`).
 */
export function meantAddresses(address: string): readonly string[] {
  if (isIPv4(address)) return [address];
  if (!isPlainIpv6(address)) return [];
  const groups = ipv6Groups(address);
  for (const { block, at } of embeddings) {
    // The embedded address is the one that is reached, so it alone counts.
    if (setOf(block).has(address)) return [ipv4At(groups, at)];
  }
  const isIsatap = groups[5] === 0x5efe && (groups[4] === 0 || groups[4] === 0x0200);
  return isIsatap ? [address, ipv4At(groups, 6)] : [address];
}

/** True for public unicast addresses, looking through embedded ones. */
export function isPublicAddress(address: string): boolean {
  const meant = meantAddresses(address);
  return meant.length > 0 && meant.every(isPublicItself);
}

function isPublicItself(address: string): boolean {
  if (isIPv4(address)) return !setOf(badIpv4).has(address);
  return setOf(publicIpv6).has(address) && !setOf(badIpv6).has(address);
}

const sets = new WeakMap<readonly string[], AddressSet>();

/** The set of a list above, made on first use. */
function setOf(entries: readonly string[]): AddressSet {
  const known = sets.get(entries);
  if (known !== undefined) return known;
  const made = addressSet(entries);
  sets.set(entries, made);
  return made;
}

function isPlainIpv6(address: string): boolean {
  return isIPv6(address) && !address.includes("%");
}

/** The eight groups of a valid IPv6 address. */
function ipv6Groups(address: string): readonly number[] {
  // The URL parser writes a dotted tail as groups, and every group in its shortest form.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [left = "", right] = canonical.split("::");
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
}

function ipv4At(groups: readonly number[], at: number): string {
  return [groups[at] ?? 0, groups[at + 1] ?? 0]
    .flatMap((group) => [group >> 8, group & 0xff])
    .join(".");
}
