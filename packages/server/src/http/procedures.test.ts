import { beforeAll, expect, test } from 'vitest';
import { openTestDatabase, testApp } from '../../test/harness.ts';
import type { Database } from '../database/port.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  return () => database.close();
});

/** Requests a profile by each code path, with `referrals` as if the database had returned them. */
async function readProfileWith(referrals: unknown) {
  const modified: Database = {
    ...database,
    async query<Row>(statement: Parameters<Database['query']>[0]) {
      const rows = await database.query<Row & { referrals?: unknown }>(statement);
      return rows.map((row) => (row.referrals ? { ...row, referrals } : row));
    },
  };
  const app = await testApp({ database: modified });
  const { accessToken } = await (await testApp({ database })).signIn();
  const headers = { authorization: `Bearer ${accessToken}` };
  // An extra parameter routes the call to tRPC's own adapter.
  const urls = ['/api/v1/profile', '/trpc/profile.me', '/trpc/profile.me?extra=1'];
  return Promise.all(urls.map((url) => app.send('GET', url, { headers })));
}

test('removes fields that the output schema does not name', async () => {
  const referral = {
    id: '019a9f3c-1b7e-7c3d-9f00-2f6f0c1d4e5a',
    phone: null,
    displayName: 'Anna',
    status: 'active',
    activatedAt: '2026-11-20T12:00:00.000Z',
  };
  for (const { status, body } of await readProfileWith([{ ...referral, passwordHash: 'secret' }])) {
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain('Anna');
    expect(JSON.stringify(body)).not.toContain('secret');
  }
});

test('responds with INTERNAL if a result violates the output schema', async () => {
  for (const { status, body } of await readProfileWith([{ id: 'secret' }])) {
    expect(status).toBe(500);
    expect((body.data ?? body.error.data).reason).toBe('INTERNAL');
    expect(JSON.stringify(body)).not.toContain('secret');
  }
});
