import { expect, test } from 'vitest';
import { testApp } from '../../test/harness.ts';

const ADMIN = '+79990000001';

test('ends every session, also by cookie, once and with one audit entry', async () => {
  const app = await testApp({ env: { ADMIN_PHONES: ADMIN } });
  const admin = await app.signIn(ADMIN);
  const users = [await app.signIn(), await app.signIn(), await app.signIn()];
  const { database } = app.deps;
  // More than a batch.
  await database.prisma.session.createMany({
    data: Array.from({ length: 2_100 }, (_, n) => ({
      id: `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`,
      userId: users[0]?.user.id,
      transport: 'cookie',
      createdAt: new Date(app.deps.clock()),
      lastUsedAt: new Date(app.deps.clock()),
      expiresAt: new Date(app.deps.clock() + 60_000),
    })),
  });

  app.advanceClock(1);
  const { body } = await app.rest('POST /admin/sessions/end-all', { token: admin.accessToken });
  expect(body).toEqual({ revoked: 2_104 });
  for (const { accessToken, refreshToken } of [admin, ...users]) {
    const profile = await app.rest('GET /profile', { token: accessToken });
    expect(profile.body.data.reason).toBe('TOKEN_INVALID');
    const refreshed = await app.rest('POST /auth/refresh', { body: { refreshToken } });
    expect(refreshed.body.data.reason).toBe('TOKEN_INVALID');
  }

  app.advanceClock(60);
  const { accessToken: token } = await app.signIn(ADMIN);
  const again = await app.rest('POST /admin/sessions/end-all', { token });
  expect(again.body).toEqual({ revoked: 1 });
  const entries = await database.prisma.auditEntry.findMany({
    where: { action: 'sessions.revoked_all' },
  });
  expect(entries).toHaveLength(2);
  expect(entries[0]).toMatchObject({ actorId: admin.user.id, targetId: null, ip: '127.0.0.1' });
});
