import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone } from '../../server/test/harness.ts';
import { createClient, isInvitreeError } from '../src/index.ts';
import { listen } from './server.ts';

let server: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  server = await listen();
});
afterAll(() => server.close());

test('a proof by code allows what a sign-in of long ago does not', async () => {
  const client = createClient({ url: server.url });
  const phone = newPhone();
  const { devCode } = await client.auth.requestCode({ phone });
  await client.auth.verifyCode({ phone, code: devCode ?? '' });
  server.advanceClock(1000);
  const error = await client.auth.logout({ everywhere: true }).catch((cause: unknown) => cause);
  expect(isInvitreeError(error, 'REAUTHENTICATION_REQUIRED')).toBe(true);
  expect(error).toMatchObject({ status: 403 });

  const sent = await client.auth.requestCode({ phone, purpose: 'reauthenticate' });
  const { validUntil } = await client.auth.reauthenticate({
    code: sent.devCode ?? '',
    challenge: sent.challenge,
  });
  expect(Date.parse(validUntil)).toBe(server.deps.clock() + 600_000);
  expect(await client.auth.logout({ everywhere: true })).toEqual({ revoked: 1 });
});

test('a wrong proof does not end the session', async () => {
  const client = createClient({ url: server.url });
  const phone = newPhone();
  const { devCode } = await client.auth.requestCode({ phone });
  await client.auth.verifyCode({ phone, code: devCode ?? '' });
  await expect(client.auth.reauthenticate({ password: 'wrong' })).rejects.toMatchObject({
    reason: 'CREDENTIALS_WRONG',
  });
  expect(await client.profile.me()).toMatchObject({ phone });
});
