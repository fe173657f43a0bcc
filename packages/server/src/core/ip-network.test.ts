import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networkOf, subscriberNetwork } from './ip-network.ts';

const group = fc.integer({ min: 0, max: 0xffff });
/** An IPv6 address as its groups, and whether to write them with leading zeros. */
const ipv6 = fc.tuple(fc.array(group, { minLength: 8, maxLength: 8 }), fc.boolean());
const format = ([groups, padded]: [number[], boolean]) =>
  groups.map((each) => each.toString(16).padStart(padded ? 4 : 1, '0')).join(':');
const compress = (ip: string) => new URL(`http://[${ip}]`).hostname.slice(1, -1);

describe('subscriberNetwork', () => {
  test('identifies an IPv6 /64 in any notation', () => {
    fc.assert(
      fc.property(ipv6, ipv6, fc.boolean(), ([a, padded], [b], near) => {
        const second = near ? [...a.slice(0, 4), ...b.slice(4)] : b;
        const block = new BlockList();
        block.addSubnet(format([a, padded]), 64, 'ipv6');
        const same = block.check(format([second, false]), 'ipv6');
        expect(
          subscriberNetwork(format([a, padded])) ===
            subscriberNetwork(compress(format([second, false]))),
        ).toBe(same);
      }),
    );
  });

  test('identifies an IPv4 address, also in IPv6-mapped form', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        const [a, b, c, d] = ip.split('.').map(Number) as [number, number, number, number];
        const hex = `::ffff:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
        expect(subscriberNetwork(ip)).toBe(ip);
        expect(subscriberNetwork(`::ffff:${ip}`)).toBe(ip);
        expect(subscriberNetwork(hex)).toBe(ip);
        expect(networkOf(hex, { ipv4: 24, ipv6: 48 })).toBe(`${a}.${b}.${c}.0/24`);
      }),
    );
  });

  test.each([
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
  ])('of %s is %s', (ip, expected) => expect(subscriberNetwork(ip)).toBe(expected));
});
