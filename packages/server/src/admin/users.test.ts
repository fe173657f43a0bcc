import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPhone, openTestApp, type SignedIn, type TestApp } from '../../test/harness.ts';

const ADMIN = '+79990000001';
let app: TestApp;
let admin: SignedIn;
beforeAll(async () => {
  app = await openTestApp({ env: { ADMIN_PHONES: ADMIN } });
  admin = await app.signIn(ADMIN);
});
afterAll(() => app?.close());

const asAdmin = (route: string, body?: unknown) =>
  app.rest(route, { token: admin.accessToken, ...(body !== undefined && { body }) });

async function signUpNamed(displayName: string, phone = newPhone()) {
  const user = await app.signIn(phone);
  await app.rest('PATCH /profile', { token: user.accessToken, body: { displayName } });
  return user;
}

async function ids(query: string): Promise<string[]> {
  const { status, body } = await asAdmin(`GET /admin/users?query=${encodeURIComponent(query)}`);
  expect(status).toBe(200);
  return body.items.map(({ id }: { id: string }) => id);
}

test('allows only admins to call any admin procedure', async () => {
  const { accessToken, user } = await app.signIn();
  const { paths } = (await app.send('GET', '/openapi.json', {})).body;
  const procedures = Object.entries<Record<string, { tags: string[] }>>(paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods)
        .filter(([, { tags }]) => tags.includes('admin'))
        .map(([method]) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/, user.id)}`),
  );
  expect(procedures.length).toBeGreaterThanOrEqual(15);
  for (const operation of procedures) {
    const body = operation.startsWith('POST') ? {} : undefined;
    const refused = await app.rest(operation, { token: accessToken, body });
    expect([operation, refused.status, refused.body.data.reason]).toEqual([
      operation,
      403,
      'FORBIDDEN',
    ]);
    expect((await app.rest(operation, { body })).body.data.reason).toBe('TOKEN_MISSING');
  }
});

describe('searching', () => {
  test('finds a phone in any form, and by its start', async () => {
    const { user } = await app.signIn('+79051112233');
    const { user: neighbour } = await app.signIn('+79051112234');
    expect(await ids('8 (905) 111-22-33')).toEqual([user.id]);
    expect(await ids('+79051112233')).toEqual([user.id]);
    expect(await ids('8 905 111')).toEqual([user.id, neighbour.id]);
    expect(await ids('+7905111223')).toEqual([user.id, neighbour.id]);
    expect(await ids('+7906')).toEqual([]);
  });

  test('finds an id, an email and an invite code, even a revoked one', async () => {
    const { user } = await app.signIn();
    await app.deps.database.prisma.user.update({
      where: { id: user.id },
      data: { email: 'anna@xn--80adxhks.xn--p1ai' },
    });
    expect(await ids(user.id)).toEqual([user.id]);
    expect(await ids(' Anna@Москва.рф ')).toEqual([user.id]);
    expect(await ids(user.inviteCode.toLowerCase())).toEqual([user.id]);
    await asAdmin(`DELETE /admin/codes/${user.inviteCode}`);
    expect(await ids(user.inviteCode)).toEqual([user.id]);
  });

  test('finds the start of a name, in pages ordered by name', async () => {
    const people = [];
    for (const name of ['zebra C', 'Zebra A', 'ZEBRA B', 'zebr', 'Zebu'])
      people.push((await signUpNamed(name)).user.id);
    const [c, a, b] = people;
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await asAdmin(`GET /admin/users?query=zebra&limit=1${cursor}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor && `&cursor=${body.nextCursor}`;
    } while (cursor);
    expect(seen).toEqual([a, b, c]);
    expect(await ids('100% nobody_')).toEqual([]);
  });

  test('combines filters with a query', async () => {
    const { user } = await signUpNamed('Filtered one');
    await signUpNamed('Filtered two');
    await asAdmin(`POST /admin/users/${user.id}/status`, { status: 'blocked' });
    const { body } = await asAdmin('GET /admin/users?query=filtered&status=blocked');
    expect(body.items).toMatchObject([{ id: user.id, status: 'blocked' }]);
  });

  test('rejects forged cursors', async () => {
    for (const path of [
      '/admin/users?cursor=x',
      '/admin/users?query=a&cursor=eA',
      '/admin/audit?cursor=x',
    ]) {
      const { status, body } = await asAdmin(`GET ${path}`);
      expect([status, body.data.reason]).toEqual([400, 'INPUT_INVALID']);
    }
  });
});

test('lists every user once, newest first, without referrals', async () => {
  await Promise.all(Array.from({ length: 7 }, () => app.signIn()));
  const seen: { id: string }[] = [];
  let cursor = '';
  do {
    const { body } = await asAdmin(`GET /admin/users?limit=3${cursor}`);
    seen.push(...body.items);
    cursor = body.nextCursor && `&cursor=${body.nextCursor}`;
  } while (cursor);
  const all = await app.deps.database.prisma.user.findMany({ orderBy: { id: 'desc' } });
  expect(seen.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  expect(seen[0]).not.toHaveProperty('referrals');
  expect(seen.find(({ id }) => id === admin.user.id)).toMatchObject({
    phone: ADMIN,
    role: 'admin',
    status: 'active',
    phoneVerified: true,
    inviteCode: admin.user.inviteCode,
  });
  const { body } = await asAdmin('GET /admin/users?role=admin');
  expect(body.items).toMatchObject([{ id: admin.user.id }]);
});

test("shows a user's sessions, codes and ancestors, and revokes sessions and codes", async () => {
  const phone = newPhone();
  const first = await app.signIn(phone);
  app.advanceClock(61);
  const second = await app.signIn(phone);
  const { id } = first.user;
  const { body: listed } = await asAdmin(`GET /admin/users/${id}/sessions`);
  expect(listed.items).toHaveLength(2);
  const { body: one } = await asAdmin(
    `DELETE /admin/users/${id}/sessions?sessionId=${listed.items[1].id}`,
  );
  expect(one).toEqual({ revoked: 1 });
  expect((await app.rest('GET /profile', { token: first.accessToken })).status).toBe(401);
  expect((await app.rest('GET /profile', { token: second.accessToken })).status).toBe(200);
  const repeated = await asAdmin(
    `DELETE /admin/users/${id}/sessions?sessionId=${listed.items[1].id}`,
  );
  expect(repeated.body.data.reason).toBe('NOT_FOUND');
  expect((await asAdmin(`DELETE /admin/users/${id}/sessions`)).body).toEqual({ revoked: 1 });
  expect((await app.rest('GET /profile', { token: second.accessToken })).status).toBe(401);

  const below = await app.signIn();
  const lowest = await app.signIn();
  for (const [referee, referrer] of [
    [below, second],
    [lowest, below],
  ] as const)
    await app.rest('POST /referral/activate', {
      token: referee.accessToken,
      body: { inviteCode: referrer.user.inviteCode },
    });
  const { body: ancestors } = await asAdmin(`GET /admin/users/${lowest.user.id}/ancestors`);
  expect(ancestors).toMatchObject({ items: [{ id: below.user.id }, { id }], nextCursor: null });
  const { body: firstPage } = await asAdmin(`GET /admin/users/${lowest.user.id}/ancestors?limit=1`);
  expect(firstPage).toMatchObject({ items: [{ id: below.user.id }], nextCursor: below.user.id });
  const { body: lastPage } = await asAdmin(
    `GET /admin/users/${lowest.user.id}/ancestors?limit=1&cursor=${firstPage.nextCursor}`,
  );
  expect(lastPage).toMatchObject({ items: [{ id }], nextCursor: null });

  const code = first.user.inviteCode;
  expect((await asAdmin(`DELETE /admin/codes/${code.toLowerCase()}`)).body).toEqual({
    code,
    userId: id,
  });
  expect((await asAdmin(`DELETE /admin/codes/${code}`)).body.data.reason).toBe(
    'INVITE_CODE_NOT_FOUND',
  );
  expect((await asAdmin(`GET /admin/users/${id}/codes`)).body.items).toMatchObject([
    { code, active: false, retiredAt: expect.any(String) },
  ]);
  expect((await app.rest(`GET /referral/codes/${code}`)).body.valid).toBe(false);
});
