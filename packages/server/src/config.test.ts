import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { configurationDocs } from '../../../scripts/configuration-docs.ts';
import { PRODUCTION } from '../test/harness.ts';
import { readConfig } from './config.ts';

const DATA_DIR = mkdtempSync(join(tmpdir(), 'invitree-config-'));
afterAll(() => rmSync(DATA_DIR, { recursive: true }));
const { APP_SECRET } = PRODUCTION;

test('requires no settings in development', () => {
  const config = readConfig({ DATA_DIR });
  expect(config).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 3000,
    CODE_LENGTH: 4,
    CODE_TTL: 300,
    ACCESS_TOKEN_TTL: 900,
    REFRESH_TOKEN_TTL: 2_592_000,
    production: false,
  });
  expect(config.APP_SECRET[0]?.length).toBeGreaterThanOrEqual(32);
  expect(config.RATE_LIMIT_EXEMPT.check('127.0.0.1')).toBe(true);
});

test('keeps the generated secret in a file that only its owner can read', () => {
  const again = readConfig({ DATA_DIR });
  expect(again.APP_SECRET).toEqual(readConfig({ DATA_DIR }).APP_SECRET);
  expect(statSync(join(DATA_DIR, 'app-secret')).mode & 0o777).toBe(0o600);
});

test('closes an existing DATA_DIR to other users', () => {
  chmodSync(DATA_DIR, 0o755);
  readConfig({ DATA_DIR });
  expect(statSync(DATA_DIR).mode & 0o777).toBe(0o700);
});

test('lists every invalid setting', () => {
  expect(() =>
    readConfig({
      NODE_ENV: 'production',
      PORT: '70000',
      CODE_TTL: 'soon',
      ADMIN_PHONES: '+79991234567, 123',
      TRUST_PROXY: '10.0.0.0/40',
      DEFAULT_REGION: 'Atlantis',
      TEST_PHONES: '+79990000000:1111',
    }),
  ).toThrow(
    /PORT.*TRUST_PROXY.*DEFAULT_REGION.*ADMIN_PHONES.*CODE_TTL.*APP_SECRET is required.*PUBLIC_URL is required.*TEST_PHONES let anyone sign in/s,
  );
});

test('codes have 4 digits in development and 6 in production, unless set', () => {
  expect(readConfig({ APP_SECRET }).CODE_LENGTH).toBe(4);
  expect(readConfig(PRODUCTION).CODE_LENGTH).toBe(6);
  expect(readConfig({ ...PRODUCTION, CODE_LENGTH: '4' }).CODE_LENGTH).toBe(4);
  for (const CODE_LENGTH of ['3', '11', '5.5', 'six'])
    expect(() => readConfig({ APP_SECRET, CODE_LENGTH })).toThrow(/CODE_LENGTH/);
});

test('production rejects secrets that are easy to guess, also those kept for rotation', () => {
  const weak = 'tests-only-'.repeat(4);
  expect(readConfig({ APP_SECRET: weak }).APP_SECRET).toEqual([weak]);
  for (const secrets of [weak, `${APP_SECRET},${weak}`])
    expect(() => readConfig({ ...PRODUCTION, APP_SECRET: secrets })).toThrow(/easy to guess/);
});

test('production rejects test phones that cover an admin', () => {
  const env = { ADMIN_PHONES: '+79991234567', TEST_PHONES_IN_PRODUCTION: 'yes' };
  for (const TEST_PHONES of ['+79991234567:123456', '+7999*:123456']) {
    expect(() => readConfig({ ...PRODUCTION, ...env, TEST_PHONES })).toThrow(
      /TEST_PHONES must not cover \+79991234567/,
    );
    expect(readConfig({ APP_SECRET, ...env, TEST_PHONES }).TEST_PHONES).toHaveLength(1);
  }
  expect(readConfig({ ...PRODUCTION, ...env, TEST_PHONES: '+7998*:1234' }).ADMIN_PHONES).toEqual([
    '+79991234567',
  ]);
});

test.each(['https://a.example', 'a.example:443', 'A.example', '*.example'])(
  'rejects ALLOWED_HOSTS=%s',
  (ALLOWED_HOSTS) => {
    expect(() => readConfig({ APP_SECRET, ALLOWED_HOSTS })).toThrow(/ALLOWED_HOSTS must be/);
  },
);

test('production requires TEST_PHONES_IN_PRODUCTION for test phones, and exempts no address', () => {
  const env = { ...PRODUCTION, TEST_PHONES: '+7999*:1234' };
  expect(() => readConfig(env)).toThrow(/TEST_PHONES/);
  const config = readConfig({ ...env, TEST_PHONES_IN_PRODUCTION: 'yes' });
  expect(config.TEST_PHONES).toEqual([{ phone: '+7999*', code: '1234' }]);
  expect(config.RATE_LIMIT_EXEMPT.check('127.0.0.1')).toBe(false);
});

test('rejects short secrets, and treats empty settings as not set', () => {
  expect(() => readConfig({ APP_SECRET: `${APP_SECRET},short` })).toThrow(/APP_SECRET/);
  expect(readConfig({ APP_SECRET, PORT: '' }).PORT).toBe(3000);
});

test('does not shed load by event loop delay with the embedded database', () => {
  expect(readConfig({ APP_SECRET }).MAX_EVENT_LOOP_DELAY).toBe(0);
  const DATABASE_URL = 'postgres://localhost/invitree';
  expect(readConfig({ APP_SECRET, DATABASE_URL }).MAX_EVENT_LOOP_DELAY).toBe(1000);
});

test('an empty RATE_LIMIT_EXEMPT exempts no address', () => {
  const { RATE_LIMIT_EXEMPT } = readConfig({ APP_SECRET, RATE_LIMIT_EXEMPT: '' });
  expect(RATE_LIMIT_EXEMPT.check('127.0.0.1')).toBe(false);
});

test('docs/configuration.md is current', () => {
  const file = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  expect(file).toBe(configurationDocs());
});
