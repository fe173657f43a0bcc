import { expect, test } from 'vitest';
import { testApp } from '../../test/harness.ts';

const ADMIN = '+79990000001';

async function open() {
  const app = await testApp({ env: { ADMIN_PHONES: ADMIN } });
  const admin = await app.signIn(ADMIN);
  const read = async (action: string) =>
    app.deps.database.prisma.auditEntry.findMany({ where: { action }, orderBy: { id: 'asc' } });
  return { app, admin, read };
}

test('an export is recorded from whichever page it starts, and once a minute while it lasts', async () => {
  const { app, admin, read } = await open();
  const users = [await app.signIn(), await app.signIn()];
  const page = (kind: string, cursor?: string, ip = '127.0.0.1') =>
    app.app.inject({
      method: 'GET',
      url: `/api/v1/admin/export/${kind}?limit=1${cursor ? `&cursor=${cursor}` : ''}`,
      headers: { authorization: `Bearer ${admin.accessToken}` },
      remoteAddress: ip,
    });
  const cursor = users[0]?.user.id;

  // Starts in the middle.
  expect((await page('users', cursor)).statusCode).toBe(200);
  const middle = { kind: 'users', after: cursor };
  expect(await read('data.exported')).toMatchObject([
    { actorId: admin.user.id, targetId: null, ip: '127.0.0.1', details: middle },
  ]);
  // Its next pages within a minute are the same export; those of a thief are not.
  await page('users', cursor);
  expect(await read('data.exported')).toHaveLength(1);
  await page('users', cursor, '198.51.100.1');
  await page('referrals', cursor);
  expect(await read('data.exported')).toHaveLength(3);

  app.advanceClock(60);
  await page('users', cursor);
  await page('users', cursor);
  expect(await read('data.exported')).toHaveLength(4);
  // A first page is a new export.
  await page('users');
  await page('users');
  expect(await read('data.exported')).toHaveLength(6);
});

test('exporting one’s own profile is recorded, and the entry is part of the export', async () => {
  const { app, read } = await open();
  const { accessToken: token, user } = await app.signIn();
  const { body } = await app.rest('GET /profile/export', { token });
  const entry = { actorId: user.id, targetId: user.id, ip: '127.0.0.1' };
  expect(await read('profile.exported')).toMatchObject([entry]);
  expect(body.auditEntries).toContainEqual(
    expect.objectContaining({ action: 'profile.exported', ...entry }),
  );
});
