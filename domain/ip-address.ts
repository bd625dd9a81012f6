import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Eight groups of 16 bits; an IPv4 address as the IPv6 address that maps it (RFC 4291, 2.5.5.2). */
type Groups = readonly number[];

/**
 * Reads an IP address in every spelling that sockets and proxies use: with a port, in brackets or quotes, with a zone, in
 * capitals, shortened or not, and IPv4 as itself or mapped into IPv6.
 */
function groupsOf(text: string): Groups | null {
  const bare = withoutPort(text.trim().replaceAll('"', '')).replace(/%.*$/, '');
  if (isIPv4(bare)) return mapped(bare);
  if (!isIPv6(bare)) return null;
  const [head = '', tail] = bare.split('::');
  const left = groupsIn(head);
  const right = groupsIn(tail ?? '');
  const missing = 8 - left.length - right.length;
  return [...left, ...Array<number>(missing).fill(0), ...right];
}

function withoutPort(text: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? [];
  if (bracketed !== undefined) return bracketed;
  const [, dotted] = /^([\d.]+):\d+$/.exec(text) ?? [];
  return dotted ?? text;
}

function groupsIn(part: string): number[] {
  if (part === '') return [];
  return part
    .split(':')
    .flatMap((group) => (group.includes('.') ? mapped(group).slice(6) : [parseInt(group, 16)]));
}

function mapped(ipv4: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return [0, 0, 0, 0, 0, 0xffff, a * 256 + b, c * 256 + d];
}

function isMapped(groups: Groups): boolean {
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
}

function ipv4Of(groups: Groups): string {
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.');
}

/**
 * The network that counts as one client: an IPv4 address, or the /64 of an IPv6 address, which belongs to one
 * subscriber (RFC 6177). Null when the text is not an address.
 */
export function clientNetwork(text: string): string | null {
  const groups = groupsOf(text);
  if (groups === null) return null;
  if (isMapped(groups)) return ipv4Of(groups);
  const prefix = groups.slice(0, 4).map((group) => group.toString(16));
  return `${prefix.join(':')}::/64`;
}

/** Network that an address belongs to: this machine, a private network, or the public internet. */
export type Reach = 'loopback' | 'private' | 'public';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** IANA special-purpose registries: https://www.iana.org/assignments/iana-ipv4-special-registry and …-ipv6-… */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv6');

/** Names that are resolved within a machine or a network (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`). */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/;

/** @param host host of a URL: a name, an IPv4 address, or an IPv6 address with or without brackets. */
export function reachOf(host: string): Reach {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (/(^|\.)localhost$/.test(name)) return 'loopback';
  const groups = groupsOf(name);
  if (groups === null) return LOCAL_NAME.test(name) ? 'private' : 'public';
  const [text, family] = isMapped(groups)
    ? ([ipv4Of(groups), 'ipv4'] as const)
    : ([groups.map((group) => group.toString(16)).join(':'), 'ipv6'] as const);
  if (LOOPBACK.check(text, family)) return 'loopback';
  return PRIVATE.check(text, family) ? 'private' : 'public';
}
