import { BlockList, isIP, isIPv6 } from 'node:net';

/** True for an IP address or a CIDR range, such as 10.0.0.0/8. */
export function isCidr(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

/** Builds a list that `isListed` searches, from what `isCidr` accepts. */
export function addressList(ranges: readonly string[]): BlockList {
  const listed = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    listed.addSubnet(address, bits ? Number(bits) : family === 'ipv4' ? 32 : 128, family);
  }
  return listed;
}

/** True if one of the ranges contains this address. */
export function isListed(listed: BlockList, ip: string): boolean {
  return listed.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
}

/** Identifies a subscriber. IPv6 subscribers get at least a /64 (RFC 6177), which counts as one. */
export function subscriberNetwork(ip: string): string {
  return networkOf(ip, { ipv4: 32, ipv6: 64 });
}

/**
 * The /48 of an IPv6 address, the most that one site is assigned (RFC 6177); undefined for IPv4,
 * where an address is the smallest unit.
 */
export function siteNetwork(ip: string): string | undefined {
  const network = networkOf(ip, { ipv4: 32, ipv6: 48 });
  return network.includes(':') ? network : undefined;
}

/**
 * Formats the network that contains an address.
 * @param prefix.ipv4 8, 16, 24 or 32 bits
 * @param prefix.ipv6 16, 32, 48 or 64 bits
 */
export function networkOf(ip: string, prefix: { ipv4: number; ipv6: number }): string {
  const { ipv4, ipv6 } = prefix;
  const address = isIPv6(ip) ? unmap(ip) : ip;
  if (!address.includes(':'))
    return ipv4 === 32
      ? address
      : `${pad(address.split('.').slice(0, ipv4 / 8), 4).join('.')}/${ipv4}`;
  const [head = '', tail] = address.split('::') as [string, string?];
  const groups = head.split(':').filter(Boolean);
  const all = tail === undefined ? groups : pad(groups, 8 - tail.split(':').filter(Boolean).length);
  return `${pad(all, 4)
    .slice(0, ipv6 / 16)
    .join(':')}::/${ipv6}`;
}

/** The canonical form (RFC 5952); an IPv4-mapped address becomes plain IPv4. */
function unmap(ip: string): string {
  const canonical = new URL(`http://[${ip.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical) ?? [];
  if (!high || !low) return canonical;
  const bits = [high, low].map((group) => Number.parseInt(group, 16));
  return bits.flatMap((group) => [group >> 8, group & 255]).join('.');
}

function pad(parts: string[], length: number): string[] {
  return [...parts, ...Array<string>(Math.max(0, length - parts.length)).fill('0')];
}
