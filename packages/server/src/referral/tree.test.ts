import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../../test/harness.ts';
import { addReferees, signUpFamily } from '../../test/referral-family.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({ env: { ACCESS_TOKEN_TTL: '1000000' } });
});
afterAll(() => app?.close());

test('limits a tree to the requested depth and breadth', async () => {
  const who = await signUpFamily(app, ['a', 'a:b', 'a:c', 'b:d', 'd:e', 'e:f']);
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

test('shows phones of direct referees, masks others, and shows each status', async () => {
  const who = await signUpFamily(app, ['a', 'a:b', 'a:c', 'b:d']);
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

test('bounds large trees and statistics, closest users first', async () => {
  const who = await signUpFamily(app, ['a']);
  const { id, token } = who('a');
  const children = await addReferees(app.deps.database, [id], 30);
  await addReferees(app.deps.database, children, 60);
  const tree = async () =>
    (await app.rest(`GET /users/${id}/tree?limit=100`, { token })).body as Node;
  interface Node {
    referralCount: number;
    children: Node[];
  }
  const size = (node: Node): number => 1 + node.children.reduce((sum, n) => sum + size(n), 0);
  const response = await tree();
  expect(size(response)).toBe(1000);
  expect(response.children).toHaveLength(30);
  expect(new Set(response.children.map((child) => child.referralCount))).toEqual(new Set([60]));

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
  const [grandchild] = await addReferees(app.deps.database, [child], 200);
  await addReferees(app.deps.database, [grandchild as string], 5);
  const { complete, direct, total } = await stats();
  expect({ complete, direct }).toEqual({ complete: false, direct: 30 });
  expect(total).toBeLessThanOrEqual(30 + 2000 + 5);
  expect(total).toBeGreaterThanOrEqual(30 + 2000);
});
