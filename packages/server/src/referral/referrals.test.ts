import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp, testApp } from '../../test/harness.ts';
import { signUpFamily } from '../../test/referral-family.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ env: { ADMIN_PHONES: '+79991112233' } });
});
afterAll(() => app?.close());

test('masks referees’ phones in every response with REFERRAL_PHONES=masked', async () => {
  const masking = await testApp({ env: { REFERRAL_PHONES: 'masked' } });
  const who = await signUpFamily(masking, ['a', 'a:b']);
  const { id, token } = who('a');
  const responses = await Promise.all(
    ['/profile', `/users/${id}/referrals`, `/users/${id}/tree`, `/users/${who('b').id}`].map(
      (path) => masking.rest(`GET ${path}`, { token }),
    ),
  );
  for (const { status, body } of responses) {
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(who('b').phone);
    expect(JSON.stringify(body)).toContain(`+7 *** ***-${who('b').phone.slice(-4, -2)}-`);
  }
});

test('shows a tree and a list only to the user and to admins', async () => {
  const who = await signUpFamily(app, ['a', 'a:b']);
  const { accessToken: admin } = await app.signIn('+79991112233');
  for (const path of ['tree', 'referrals']) {
    const read = (token?: string) => app.rest(`GET /users/${who('a').id}/${path}`, { token });
    expect((await read(admin)).status).toBe(200);
    expect((await read(who('b').token)).body.data.reason).toBe('FORBIDDEN');
    expect((await read()).body.data.reason).toBe('TOKEN_MISSING');
  }
  const nobody = '019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a';
  expect((await app.rest(`GET /users/${nobody}/tree`, { token: admin })).body.data.reason).toBe(
    'NOT_FOUND',
  );
});

test('keeps pages stable as users join, and rejects forged cursors', async () => {
  const who = await signUpFamily(app, ['a', 'a:b', 'a:c', 'a:d', 'a:e']);
  const { id, token } = who('a');
  const list = async (query: string) =>
    (await app.rest(`GET /users/${id}/referrals?limit=2${query}`, { token })).body;
  const first = await list('');
  await app.signIn(newPhone(), { inviteCode: who('a').code });
  const second = await list(`&cursor=${first.nextCursor}`);
  const seen = [...first.items, ...second.items].map((item: { id: string }) => item.id);
  expect(seen).toEqual(['e', 'd', 'c', 'b'].map((name) => who(name).id));
  expect(second.nextCursor).toBeNull();
  const encode = (text: string) => Buffer.from(text).toString('base64url');
  for (const cursor of [
    'x',
    encode('1 2'),
    encode(`1e300 ${id}`),
    encode(`-1 ${id}`),
    encode(`NaN ${id}`),
  ])
    expect(await list(`&cursor=${cursor}`)).toMatchObject({
      data: { reason: 'INPUT_INVALID' },
      issues: [{ path: ['cursor', expect.anything()] }],
    });
});
