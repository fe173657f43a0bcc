import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { configurationDocs } from '../../../scripts/configuration-docs.ts';
import { readConfig } from './config.ts';

const DATA_DIR = mkdtempSync(join(tmpdir(), 'invitree-config-'));
afterAll(() => rmSync(DATA_DIR, { recursive: true }));
const APP_SECRET = 'x'.repeat(32);

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
    /PORT.*TRUST_PROXY.*DEFAULT_REGION.*ADMIN_PHONES.*CODE_TTL.*APP_SECRET is required.*TEST_PHONES let anyone sign in/s,
  );
});

test('production requires TEST_PHONES_IN_PRODUCTION for test phones, and exempts no address', () => {
  const env = { NODE_ENV: 'production', APP_SECRET, TEST_PHONES: '+7999*:1234' };
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
