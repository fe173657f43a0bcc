import { expect, test } from 'vitest';
import { newPhone, testApp } from '../../test/harness.ts';

const ADMIN = '+79990000001';

async function open() {
  const app = await testApp({ env: { ADMIN_PHONES: ADMIN } });
  const admin = await app.signIn(ADMIN);
  const read = async (query = '') => {
    const { body } = await app.rest(`GET /admin/audit${query}`, { token: admin.accessToken });
    return body;
  };
  return { app, admin, read };
}

test('every admin action is recorded once, with actor, target and IP address', async () => {
  const { app, admin, read } = await open();
  const { user } = await app.signIn();
  const request = (route: string, body?: object) =>
    app.rest(route, { token: admin.accessToken, ...(body && { body }) });
  await request(`POST /admin/users/${user.id}/role`, { role: 'admin' });
  await request(`POST /admin/users/${user.id}/role`, { role: 'admin' });
  await request(`DELETE /admin/users/${user.id}/sessions`);
  await request(`DELETE /admin/codes/${user.inviteCode}`);
  await request(`POST /admin/users/${user.id}/status`, { status: 'blocked' });
  await request(`POST /admin/users/${user.id}/status`, { status: 'blocked' });
  await request('GET /admin/export/users');
  await request('POST /admin/import/users', { lines: [{ phone: newPhone() }] });
  await request('POST /admin/import/users', { lines: [{ phone: newPhone() }], dryRun: true });

  const { items } = await read();
  const by = { actorId: admin.user.id, ip: '127.0.0.1', at: expect.any(String) };
  const about = { ...by, targetId: user.id };
  expect(items).toMatchObject([
    { ...by, action: 'data.imported', details: { kind: 'users', created: 1 } },
    { ...by, action: 'data.exported', targetId: null, details: { kind: 'users' } },
    { ...about, action: 'user.status_changed', details: { from: 'active', to: 'blocked' } },
    { ...about, action: 'invite_code.revoked', details: { code: user.inviteCode } },
    { ...about, action: 'user.sessions_revoked', details: { sessions: 'all' } },
    { ...about, action: 'user.role_changed', details: { from: 'user', to: 'admin' } },
    { action: 'auth.signed_in', actorId: user.id, targetId: user.id },
    { action: 'auth.signed_in', actorId: admin.user.id },
    { action: 'user.role_changed', actorId: admin.user.id, details: { by: 'ADMIN_PHONES' } },
  ]);
  expect(items).toHaveLength(9);
  expect((await read(`?userId=${user.id}`)).items).toHaveLength(5);
});

test('pages of the whole log and of one user’s entries contain every entry once', async () => {
  const { app, admin, read } = await open();
  for (let i = 0; i < 5; i++) {
    const { user } = await app.signIn();
    for (const status of ['blocked', 'active'])
      await app.rest(`POST /admin/users/${user.id}/status`, {
        token: admin.accessToken,
        body: { status },
      });
  }
  for (const filter of ['', `&userId=${admin.user.id}`]) {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await read(`?limit=4${filter}${cursor}`);
      seen.push(...page.items.map(({ id }: { id: string }) => id));
      cursor = page.nextCursor && `&cursor=${page.nextCursor}`;
    } while (cursor);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
    expect(seen).toHaveLength(filter ? 12 : 17);
  }
});

test('a wrong code is recorded without the phone, with or without an account', async () => {
  const { app, read } = await open();
  const known = newPhone();
  const { user } = await app.signIn(known);
  app.advanceClock(61);
  const unknown = newPhone();
  for (const phone of [known, unknown]) {
    const { body: requested } = await app.rest('POST /auth/code', { body: { phone } });
    const code = requested.devCode === '0000' ? '1111' : '0000';
    await app.rest('POST /auth/verify', { body: { phone, code } });
  }
  const { items } = await read('?limit=2');
  const failed = {
    action: 'auth.sign_in_failed',
    actorId: null,
    ip: '127.0.0.1',
    details: { method: 'phone', reason: 'CODE_WRONG' },
  };
  expect(items).toMatchObject([
    { ...failed, targetId: null },
    { ...failed, targetId: user.id },
  ]);
  expect(JSON.stringify(items)).not.toContain(unknown.slice(2));
});

test('refused attempts are not recorded, so a flood cannot fill the log', async () => {
  const { app, read } = await open();
  const phone = newPhone();
  const { body: requested } = await app.rest('POST /auth/code', { body: { phone } });
  const code = requested.devCode === '0000' ? '1111' : '0000';
  for (let i = 0; i < 20; i++) await app.rest('POST /auth/verify', { body: { phone, code } });
  const { items } = await read('?limit=100');
  const failed = items.filter(({ action }: { action: string }) => action.endsWith('_failed'));
  expect(failed).toHaveLength(app.deps.config.CODE_MAX_ATTEMPTS);
});

test('the database refuses to change or delete an entry', async () => {
  const { app } = await open();
  const { auditEntry } = app.deps.database.prisma;
  await expect(auditEntry.deleteMany()).rejects.toThrow('append only');
  await expect(auditEntry.updateMany({ data: { ip: null } })).rejects.toThrow('append only');
});
