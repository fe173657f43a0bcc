import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { newPhone, openTestApp } from '../../test/harness.ts';

const ADMIN = '+79990000001';

async function open() {
  const app = await openTestApp({ env: { ADMIN_PHONES: ADMIN } });
  const { accessToken: token, user } = await app.signIn(ADMIN);
  const call = async (route: string, body?: object) =>
    (await app.rest(route, { token, ...(body && { body }) })).body;
  const importing = (kind: 'users' | 'referrals', lines: object[], dryRun = false) =>
    call(`POST /admin/import/${kind}`, { lines, dryRun });
  const count = () => app.deps.database.prisma.user.count();
  return { app, admin: user, call, importing, count };
}

let here: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  here = await open();
});
afterAll(() => here.app.close());

const countReferrals = () => here.app.deps.database.prisma.referral.count();

test('users come over whole, and again without harm', async () => {
  const { app, call, importing } = here;
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
  expect(await importing('users', lines, true)).toEqual({ created: 2, existing: 1, problems: [] });
  expect(await importing('users', lines)).toEqual({ created: 2, existing: 1, problems: [] });
  expect(await importing('users', lines)).toEqual({ ...none, existing: 3 });

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

test('each bad line is told with its field and why, and the good ones come over', async () => {
  const { app, admin, importing, count } = here;
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
  expect(await importing('users', lines, true)).toEqual(expected);
  expect(await count()).toBe(before);
  expect(await importing('users', lines)).toEqual(expected);
  expect(await count()).toBe(before + 1);
  expect(admin.role).toBe('admin');
});

test('referrals come over at the time they happened, and again without harm', async () => {
  const { app, importing } = here;
  const [a, b, c] = [newPhone(), newPhone(), newPhone()];
  await importing('users', [{ phone: a }, { phone: b }, { phone: c }]);
  const lines = [
    { refereePhone: b, referrerPhone: a, activatedAt: '2021-02-03T04:05:06Z' },
    { refereePhone: c, referrerPhone: b },
  ];
  expect(await importing('referrals', lines, true)).toMatchObject({ created: 2, problems: [] });
  expect(await countReferrals()).toBe(0);
  expect(await importing('referrals', lines)).toMatchObject({ created: 2, problems: [] });
  expect(await importing('referrals', lines)).toEqual({ created: 0, existing: 2, problems: [] });
  const anna = await app.signIn(a);
  expect(anna.user).toMatchObject({
    referralCount: 1,
    referrals: [{ phone: b, activatedAt: '2021-02-03T04:05:06.000Z' }],
  });
});

test('no import closes a circle or gives a second referrer', async () => {
  const { importing } = here;
  const [a, b, c, nobody] = [newPhone(), newPhone(), newPhone(), newPhone()];
  await importing('users', [{ phone: a }, { phone: b }, { phone: c }]);
  const pair = (refereePhone: string, referrerPhone: string) => ({ refereePhone, referrerPhone });
  const before = await countReferrals();
  const { created, problems } = await importing('referrals', [
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

test('what goes out in pages comes in elsewhere as it was', async () => {
  const phones = Array.from({ length: 7 }, newPhone);
  await here.importing(
    'users',
    phones.map((phone, i) => ({
      phone,
      displayName: `User ${i}`,
      createdAt: `201${i}-01-01T00:00:00.000Z`,
    })),
  );
  await here.importing(
    'referrals',
    phones.slice(1).map((phone, i) => ({
      refereePhone: phone,
      referrerPhone: phones[i],
      activatedAt: `202${i}-01-01T00:00:00.000Z`,
    })),
  );
  const users = await read(here, 'users');
  const referrals = await read(here, 'referrals');

  const there = await open();
  onTestFinished(() => there.app.close());
  const as = (rows: Row[], ...keys: string[]) =>
    rows.map((row) =>
      Object.fromEntries(keys.flatMap((key) => (row[key] ? [[key, row[key]]] : []))),
    );
  await there.importing(
    'users',
    as(users, 'phone', 'email', 'displayName', 'inviteCode', 'status', 'createdAt'),
  );
  await there.importing('referrals', as(referrals, 'refereePhone', 'referrerPhone', 'activatedAt'));
  expect(comparable(await read(there, 'users'))).toEqual(comparable(users));
  expect(comparable(await read(there, 'referrals'))).toEqual(comparable(referrals));
});

type Row = Record<string, unknown>;

async function read({ call }: typeof here, kind: string): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor = '';
  do {
    const page = await call(`GET /admin/export/${kind}?limit=3${cursor}`);
    rows.push(...page.items);
    cursor = page.nextCursor && `&cursor=${page.nextCursor}`;
  } while (cursor);
  return rows;
}

/** Without what is the installation's own. */
function comparable(rows: Row[]): Row[] {
  return rows
    .filter(({ phone }) => phone !== ADMIN)
    .map(({ id: _, refereeId: __, referrerId: ___, ...row }) => row)
    .sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1));
}
