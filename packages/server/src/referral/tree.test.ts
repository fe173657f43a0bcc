import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp, testApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ env: { ADMIN_PHONES: '+79991112233', ACCESS_TOKEN_TTL: '1000000' } });
});
afterAll(() => app.close());

/** Signs people up, each with the code of the one named before the colon: `['a', 'a:b']`. */
async function family(people: string[], on = app) {
  const known: Record<string, Person> = {};
  for (const person of people) {
    const [name = '', referrer] = person.split(':').reverse();
    const inviteCode = referrer && known[referrer]?.code;
    const { accessToken, user } = await on.signIn(newPhone(), inviteCode ? { inviteCode } : {});
    known[name] = { id: user.id, token: accessToken, phone: user.phone, code: user.inviteCode };
    on.wait(1);
  }
  return (name: string) => known[name] as Person;
}

interface Person {
  id: string;
  token: string;
  phone: string;
  code: string;
}

test('a tree goes as deep and as broad as one asks', async () => {
  const who = await family(['a', 'a:b', 'a:c', 'b:d', 'd:e', 'e:f']);
  const tree = async (query = '') =>
    (await app.rest(`GET /users/${who('a').id}/tree${query}`, { token: who('a').token })).body;
  const ids = (node: { user: { id: string }; children: never[] }): unknown[] => [
    node.user.id,
    ...node.children.map(ids),
  ];
  const [a, b, c, d, e, f] = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => who(name).id);
  expect(ids(await tree())).toEqual([a, [c], [b, [d, [e]]]]);
  expect(ids(await tree('?depth=10'))).toEqual([a, [c], [b, [d, [e, [f]]]]]);
  expect(ids(await tree('?depth=1'))).toEqual([a, [c], [b]]);
  const narrow = await tree('?limit=1');
  expect(ids(narrow)).toEqual([a, [c]]);
  expect(narrow.referralCount).toBe(2);
  for (const bad of ['?depth=0', '?depth=11', '?limit=0', '?limit=101', '?depth=x'])
    expect((await tree(bad)).data.reason).toBe('INPUT_INVALID');
});

test('phones: one’s referees’ in full, theirs masked; blocked and deleted users say so', async () => {
  const who = await family(['a', 'a:b', 'a:c', 'b:d']);
  const { prisma } = app.deps.database;
  await prisma.user.update({ where: { id: who('c').id }, data: { status: 'blocked' } });
  await prisma.user.update({
    where: { id: who('b').id },
    data: { status: 'deleted', deletedAt: new Date(), phone: null, phoneVerifiedAt: null },
  });
  const { token, id } = who('a');
  const { body: tree } = await app.trpc('query referral.tree', { token, body: { userId: id } });
  expect(tree).toMatchObject({
    user: { id, phone: who('a').phone, displayName: null, status: 'active' },
    referralCount: 2,
    children: [
      { user: { phone: who('c').phone, status: 'blocked' }, referralCount: 0, children: [] },
      {
        user: { phone: null, status: 'deleted' },
        referralCount: 1,
        children: [{ user: { phone: expect.stringMatching(/^\+7 \*\*\* \*\*\*-\d\d-\d\d$/) } }],
      },
    ],
  });
  const { body: list } = await app.rest(`GET /users/${id}/referrals`, { token });
  expect(list.items).toMatchObject([
    { phone: who('c').phone, status: 'blocked' },
    { phone: null, status: 'deleted' },
  ]);
});

test('REFERRAL_PHONES=masked hides referees’ phones wherever a referrer sees them', async () => {
  const masking = await testApp({ env: { REFERRAL_PHONES: 'masked' } });
  const who = await family(['a', 'a:b'], masking);
  const { id, token } = who('a');
  const answers = await Promise.all(
    ['/profile', `/users/${id}/referrals`, `/users/${id}/tree`, `/users/${who('b').id}`].map(
      (path) => masking.rest(`GET ${path}`, { token }),
    ),
  );
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(who('b').phone);
    expect(JSON.stringify(body)).toContain(`+7 *** ***-${who('b').phone.slice(-4, -2)}-`);
  }
});

test('a tree and a list are for that user and for admins', async () => {
  const who = await family(['a', 'a:b']);
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

test('stats count by level and by day, and say what lies beyond', async () => {
  const people = [
    'a',
    'a:b',
    'a:c',
    'b:d',
    ...[...'defghijkl'].map((n) => `${n}:${nextLetter(n)}`),
  ];
  const who = await family(people);
  const { token } = who('a');
  const stats = async (query = '') =>
    (await app.rest(`GET /referral/stats${query}`, { token })).body;
  const all = await stats();
  expect(all).toMatchObject({ direct: 2, total: 11, complete: false });
  expect(all.byLevel).toEqual([
    { level: 1, count: 2 },
    ...Array.from({ length: 9 }, (_, i) => ({ level: i + 2, count: 1 })),
  ]);
  expect(all.byDay).toHaveLength(30);
  expect(all.byDay.at(-1).day).toBe(new Date(app.deps.clock()).toISOString().slice(0, 10));
  expect(all.byDay.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(2);

  app.wait(86_400);
  const late = await app.signIn(newPhone(), { inviteCode: who('a').code });
  const { byDay } = await stats('?days=2');
  expect(byDay.at(-1).count).toBe(1);
  expect((await stats('?days=1')).byDay).toEqual([byDay.at(-1)]);
  expect((await app.rest('GET /referral/stats', { token: late.accessToken })).body).toMatchObject({
    direct: 0,
    total: 0,
    byLevel: [],
    complete: true,
  });
});

const nextLetter = (letter: string) => String.fromCharCode(letter.charCodeAt(0) + 1);

test('pages of a list stay put while others join; a cursor of one’s own making is refused', async () => {
  const who = await family(['a', 'a:b', 'a:c', 'a:d', 'a:e']);
  const { id, token } = who('a');
  const list = async (query: string) =>
    (await app.rest(`GET /users/${id}/referrals?limit=2${query}`, { token })).body;
  const first = await list('');
  await app.signIn(newPhone(), { inviteCode: who('a').code });
  const second = await list(`&cursor=${first.nextCursor}`);
  const seen = [...first.items, ...second.items].map((item: { id: string }) => item.id);
  expect(seen).toEqual(['e', 'd', 'c', 'b'].map((name) => who(name).id));
  expect(second.nextCursor).toBeNull();
  const made = (text: string) => Buffer.from(text).toString('base64url');
  for (const cursor of ['x', made('1 2'), made(`1e300 ${id}`), made(`-1 ${id}`), made(`NaN ${id}`)])
    expect(await list(`&cursor=${cursor}`)).toMatchObject({
      data: { reason: 'INPUT_INVALID' },
      issues: [{ path: ['cursor', expect.anything()] }],
    });
});

/** Puts so many new users straight below each of these, and returns their ids. */
async function addBelow(referrers: string[], count: number): Promise<string[]> {
  const rows = await app.deps.database.query<{ id: string }>(sql`
    with grown as (
      update users set referral_count = referral_count + ${count}
      where id = any(${referrers}::uuid[]) returning id
    ), added as (
      insert into users (id, created_at)
      select gen_random_uuid(), ${new Date()}::timestamptz from grown, generate_series(1, ${count}) returning id
    ), numbered as (select id, row_number() over () as n from added),
    above as (select id, row_number() over () as n from grown)
    insert into referrals (referee_id, referrer_id, top_id, invite_code, activated_at)
    select numbered.id, above.id, above.id, (select code from invite_codes limit 1), ${new Date()}::timestamptz
    from numbered join above on above.n = (numbered.n - 1) / ${count} + 1
    returning referee_id as id`);
  return rows.map(({ id }) => id);
}

test('however large a tree is, an answer is not; the nearest come first', async () => {
  const who = await family(['a']);
  const { id, token } = who('a');
  const children = await addBelow([id], 30);
  await addBelow(children, 60);
  const tree = async () =>
    (await app.rest(`GET /users/${id}/tree?limit=100`, { token })).body as Node;
  interface Node {
    referralCount: number;
    children: Node[];
  }
  const size = (node: Node): number => 1 + node.children.reduce((sum, n) => sum + size(n), 0);
  const answer = await tree();
  expect(size(answer)).toBe(1000);
  expect(answer.children).toHaveLength(30);
  expect(new Set(answer.children.map((child) => child.referralCount))).toEqual(new Set([60]));

  const stats = async () => (await app.rest('GET /referral/stats', { token })).body;
  const whole = {
    direct: 30,
    total: 1830,
    byLevel: [
      { level: 1, count: 30 },
      { level: 2, count: 1800 },
    ],
  };
  expect(await stats()).toMatchObject({ ...whole, complete: true });
  const [child] = children as [string];
  const [grandchild] = await addBelow([child], 200);
  await addBelow([grandchild as string], 5);
  const { complete, direct, total } = await stats();
  expect({ complete, direct }).toEqual({ complete: false, direct: 30 });
  expect(total).toBeLessThanOrEqual(30 + 2000 + 5);
  expect(total).toBeGreaterThanOrEqual(30 + 2000);
});
