import { expect, test } from 'vitest';
import { newPhone, testApp } from '../../test/harness.ts';

const ADMINS = Array.from({ length: 5 }, (_, i) => `+7999000000${i}`);

test('leaves one admin when admins block and demote each other concurrently', async () => {
  const app = await testApp({
    env: { ADMIN_PHONES: ADMINS.join(','), RATE_LIMIT_EXEMPT: '127.0.0.1' },
  });
  for (let round = 0; round < 10; round++) {
    app.advanceClock(61 * 60 * 3);
    const admins = await Promise.all(ADMINS.map((phone) => app.signIn(phone)));
    const responses = await Promise.all(
      admins.flatMap((by, i) =>
        admins.map((of, j) =>
          // Every other admin revokes roles, the rest block. Nobody acts on their own account.
          i === j
            ? undefined
            : app.rest(`POST /admin/users/${of.user.id}/${i % 2 ? 'role' : 'status'}`, {
                token: by.accessToken,
                body: i % 2 ? { role: 'user' } : { status: 'blocked' },
              }),
        ),
      ),
    );
    for (const response of responses) expect(response?.status ?? 200).toBeLessThan(500);
    const remaining = await app.deps.database.prisma.user.count({
      where: { role: 'admin', status: 'active' },
    });
    expect(remaining).toBe(1);
    await app.deps.database.prisma.user.updateMany({ data: { status: 'active' } });
  }
});

test('leaves no live session when a sign-in races with a block', async () => {
  const admin = '+79990000001';
  const app = await testApp({
    env: { ADMIN_PHONES: admin, RATE_LIMIT_EXEMPT: '127.0.0.1', ACCESS_TOKEN_TTL: '9999' },
  });
  const { accessToken: token } = await app.signIn(admin);
  for (let round = 0; round < 20; round++) {
    const phone = newPhone();
    const { user } = await app.signIn(phone);
    app.advanceClock(61);
    const [, blocked] = await Promise.all([
      app.signIn(phone).catch(() => undefined),
      app.rest(`POST /admin/users/${user.id}/status`, { token, body: { status: 'blocked' } }),
    ]);
    expect(blocked.status).toBe(200);
    const live = await app.deps.database.prisma.session.count({
      where: { userId: user.id, revokedAt: null },
    });
    expect(live).toBe(0);
  }
});
