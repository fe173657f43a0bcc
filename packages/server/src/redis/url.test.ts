import { expect, test } from 'vitest';
import { parseRedisUrl } from './url.ts';

test.each([
  ['redis://cache', { kind: 'single', hosts: [{ host: 'cache', port: 6379 }], tls: false, db: 0 }],
  [
    'rediss://user:p%40ss@cache:7000/3',
    {
      kind: 'single',
      hosts: [{ host: 'cache', port: 7000 }],
      tls: true,
      db: 3,
      username: 'user',
      password: 'p@ss',
    },
  ],
  ['redis://:secret@[::1]:6380', { hosts: [{ host: '::1', port: 6380 }], password: 'secret' }],
  [
    'redis+cluster://one:7000,two',
    {
      kind: 'cluster',
      hosts: [
        { host: 'one', port: 7000 },
        { host: 'two', port: 6379 },
      ],
    },
  ],
  [
    'rediss+sentinel://:secret@one,two:26380/main/1',
    {
      kind: 'sentinel',
      hosts: [
        { host: 'one', port: 26379 },
        { host: 'two', port: 26380 },
      ],
      master: 'main',
      db: 1,
      tls: true,
    },
  ],
])('%s', (text, address) => {
  expect(parseRedisUrl(text)).toMatchObject(address);
});

test.each([
  'http://cache',
  'redis://',
  'redis://one,two',
  'redis://cache:port',
  'redis://cache:70000',
  'redis://cache/db',
  'redis+cluster://one/2',
  'redis+sentinel://one',
  'redis+sentinel://one/main/0/more',
])('%s is invalid', (text) => {
  expect(parseRedisUrl(text)).toBeUndefined();
});
