import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { secretBits } from './secret-strength.ts';

test.each([
  'x'.repeat(64),
  'ab'.repeat(32),
  'tests-only-'.repeat(4),
  'abcdefghijklmnopqrstuvwxyz0123456789',
  '12345678901234567890123456789012',
  'change-me-change-me-change-me-change-me',
  'please-change-this-secret-before-production',
  'supersecretsupersecretsupersecret',
  'your-secret-must-have-at-least-32-characters',
  'PasswordPasswordPassword12345678',
  '00000000000000000000000000000000000001',
])('%s is weak', (secret) => {
  expect(secretBits(secret)).toBeLessThan(80);
});

const digits = (length: number) => Array.from({ length }, () => randomInt(10)).join('');

test.each([
  ['openssl rand -hex 32', () => randomBytes(32).toString('hex')],
  ['openssl rand -hex 16', () => randomBytes(16).toString('hex')],
  ['openssl rand -base64 24', () => randomBytes(24).toString('base64')],
  ['a UUID', () => randomUUID()],
  ['36 digits', () => digits(36)],
])('what %s prints is strong', (_, generate) => {
  for (let n = 0; n < 300; n++) expect(secretBits(generate())).toBeGreaterThan(80);
});
