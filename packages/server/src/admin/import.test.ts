import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAsAdmin } from '../../test/admin-import.ts';
import { newPhone } from '../../test/harness.ts';

let here: Awaited<ReturnType<typeof openAsAdmin>>;
beforeAll(async () => {
  here = await openAsAdmin();
});
afterAll(() => here?.app.close());

const countReferrals = () => here.app.deps.database.prisma.referral.count();

test('imports users with all fields, and leaves existing ones unchanged', async () => {
  const { app, call, importLines } = here;
  const lines = [
    {
      phone: '8 (905) 000-00-01',
      email: 'Anna@Example.com',
      displayName: ' Anna ',
      inviteCode: 'anna-2020',
      createdAt: '2020-05-06T07:08:09+03:00',
    },
    { phone: '+79050000002', status: 'blocked' },
    { phone: '+7 905 000 00 01', displayName: 'Another Anna' },
  ];
  const none = { created: 0, problems: [] };
  expect(await importLines('users', lines, true)).toEqual({
    created: 2,
    existing: 1,
    problems: [],
  });
  expect(await importLines('users', lines)).toEqual({ created: 2, existing: 1, problems: [] });
  expect(await importLines('users', lines)).toEqual({ ...none, existing: 3 });

  const { items } = await call('GET /admin/users?query=%2B7905');
  expect(items).toMatchObject([
    {
      phone: '+79050000001',
      email: 'anna@example.com',
      displayName: 'Anna',
      inviteCode: 'ANNA-2020',
      role: 'user',
      status: 'active',
      phoneVerified: false,
      createdAt: '2020-05-06T04:08:09.000Z',
    },
    { phone: '+79050000002', status: 'blocked', inviteCode: expect.stringMatching(/^\w{6}$/) },
  ]);
  const anna = await app.signIn('+79050000001');
  expect(anna).toMatchObject({ isNewUser: false, user: { id: items[0].id, phoneVerified: true } });
});

test('reports each invalid line with its field and reason, and imports the others', async () => {
  const { app, admin, importLines, count } = here;
  const { user } = await app.signIn();
  await app.deps.database.prisma.user.update({
    where: { id: user.id },
    data: { email: 'taken@example.com' },
  });
  const lines = [
    { phone: 'not a phone' },
    { phone: newPhone(), email: 'nobody' },
    { phone: newPhone(), email: 'Taken@example.com' },
    { phone: newPhone(), inviteCode: user.inviteCode },
    { phone: newPhone(), inviteCode: 'a b', createdAt: 'yesterday', status: 'deleted' },
    { phone: newPhone(), createdAt: '2999-01-01' },
    { phone: '', displayName: 'x' },
    { phone: newPhone(), inviteCode: 'MINE' },
    { phone: newPhone(), inviteCode: 'mine' },
  ];
  const problem = (index: number, field: string, reason = 'INPUT_INVALID') => ({
    index,
    field,
    reason,
  });
  const expected = {
    created: 1,
    existing: 0,
    problems: [
      problem(0, 'phone', 'PHONE_INVALID'),
      problem(1, 'email'),
      problem(2, 'email', 'EMAIL_TAKEN'),
      problem(3, 'inviteCode', 'INVITE_CODE_TAKEN'),
      problem(4, 'createdAt'),
      problem(4, 'inviteCode'),
      problem(4, 'status'),
      problem(5, 'createdAt'),
      problem(6, 'phone', 'PHONE_INVALID'),
      problem(8, 'inviteCode', 'INVITE_CODE_TAKEN'),
    ],
  };
  const before = await count();
  expect(await importLines('users', lines, true)).toEqual(expected);
  expect(await count()).toBe(before);
  expect(await importLines('users', lines)).toEqual(expected);
  expect(await count()).toBe(before + 1);
  expect(admin.role).toBe('admin');
});

test('imports referrals with their times, and leaves existing ones unchanged', async () => {
  const { app, importLines } = here;
  const [a, b, c] = [newPhone(), newPhone(), newPhone()];
  await importLines('users', [{ phone: a }, { phone: b }, { phone: c }]);
  const lines = [
    { refereePhone: b, referrerPhone: a, activatedAt: '2021-02-03T04:05:06Z' },
    { refereePhone: c, referrerPhone: b },
  ];
  expect(await importLines('referrals', lines, true)).toMatchObject({ created: 2, problems: [] });
  expect(await countReferrals()).toBe(0);
  expect(await importLines('referrals', lines)).toMatchObject({ created: 2, problems: [] });
  expect(await importLines('referrals', lines)).toEqual({ created: 0, existing: 2, problems: [] });
  const anna = await app.signIn(a);
  expect(anna.user).toMatchObject({
    referralCount: 1,
    referrals: [{ phone: b, activatedAt: '2021-02-03T04:05:06.000Z' }],
  });
});

test('creates neither cycles nor second referrers', async () => {
  const { importLines } = here;
  const [a, b, c, nobody] = [newPhone(), newPhone(), newPhone(), newPhone()];
  await importLines('users', [{ phone: a }, { phone: b }, { phone: c }]);
  const pair = (refereePhone: string, referrerPhone: string) => ({ refereePhone, referrerPhone });
  const before = await countReferrals();
  const { created, problems } = await importLines('referrals', [
    pair(b, a),
    pair(c, b),
    pair(a, c),
    pair(a, a),
    pair(b, c),
    pair(nobody, a),
    pair(a, nobody),
    pair('1', a),
    { ...pair(a, b), activatedAt: '2999-01-01' },
  ]);
  expect(created).toBe(2);
  expect(problems).toEqual([
    { index: 2, field: 'referrerPhone', reason: 'REFERRAL_CYCLE' },
    { index: 3, field: 'referrerPhone', reason: 'INVITE_CODE_OWN' },
    { index: 4, field: 'referrerPhone', reason: 'ALREADY_ACTIVATED' },
    { index: 5, field: 'refereePhone', reason: 'NOT_FOUND' },
    { index: 6, field: 'referrerPhone', reason: 'NOT_FOUND' },
    { index: 7, field: 'refereePhone', reason: 'PHONE_INVALID' },
    { index: 8, field: 'activatedAt', reason: 'INPUT_INVALID' },
  ]);
  expect(await countReferrals()).toBe(before + 2);
});
