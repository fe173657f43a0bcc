import { readFileSync } from 'node:fs';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrateWithLock } from '../../src/database/migrations.ts';
import { readMigrations } from '../../src/database/schema-engine.ts';
import { openTestDatabase } from '../harness.ts';
import { atSuiteEnd, stopServices } from '../services/cleanup.ts';
import { startInstance } from '../services/instance.ts';
import { waitUntil } from '../services/wait-until.ts';

/** Roles belong to the whole server, so each run has one of its own. */
const ROLE = `invitree_app_${process.pid}`;

let owner: Client;
let roleUrl: string;
beforeAll(async () => {
  const database = await openTestDatabase();
  atSuiteEnd(() => database.close());
  owner = new Client({ connectionString: database.url });
  await owner.connect();
  atSuiteEnd(async () => {
    await owner.query(`drop owned by ${ROLE}; drop role ${ROLE}`);
    await owner.end();
  });
  const guide = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
  const [, grants = ''] = /```sql\n(create role invitree_app.*?)```/s.exec(guide) ?? [];
  await owner.query(grants.replaceAll('invitree_app', ROLE));
  const url = new URL(database.url ?? '');
  url.username = ROLE;
  url.password = 'change-me';
  roleUrl = url.href;
});
afterAll(stopServices, 60_000);

const CODE = '482913';
const PHONES = ['+79991000001', '+79991000002'] as const;

test('the service runs as the documented role, from sign-in to cleanup', async () => {
  const server = await startInstance({
    NODE_ENV: 'production',
    DATABASE_URL: roleUrl,
    SMS_SENDER: 'file:/dev/null',
    TEST_PHONES: `+7999*:${CODE}`,
    TEST_PHONES_IN_PRODUCTION: 'yes',
    CLEANUP_INTERVAL: '1',
    MAX_EVENT_LOOP_DELAY: '0',
  });
  const call = async (route: string, { body, token }: { body?: object; token?: string } = {}) => {
    const [method = '', path] = route.split(' ');
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: the response body is what is under test
    const json = (await response.json()) as any;
    if (response.status >= 300) throw new Error(`${route}: ${JSON.stringify(json)}`);
    return json;
  };
  const signIn = async (phone: string) => {
    await call('POST /auth/code', { body: { phone } });
    return call('POST /auth/verify', { body: { phone, code: CODE } });
  };

  const referrer = await signIn(PHONES[0]);
  const referee = await signIn(PHONES[1]);
  const token = referee.accessToken;
  const { inviteCode } = referrer.user;
  await call('POST /referral/activate', { token, body: { inviteCode } });
  await call('DELETE /referral/code', { token });
  await call('POST /referral/code', {
    token,
    body: { expiresAt: new Date(Date.now() + 86_400_000) },
  });
  const body = { email: 'anna@example.com', password: 'correct horse battery' };
  await call('POST /auth/password', { token, body });
  await call('POST /auth/refresh', { body: { refreshToken: referrer.refreshToken } });
  await call('GET /profile/export', { token });
  await call('DELETE /profile?confirm=true', { token });

  await owner.query(
    `update sessions set expires_at = now(); update phone_codes set expires_at = now() - interval '2 days'`,
  );
  const rows = async (table: string) =>
    (await owner.query(`select count(*)::int as rows from ${table}`)).rows[0].rows;
  await waitUntil(async () => (await rows('sessions')) + (await rows('phone_codes')) === 0);
  expect(server.output()).not.toContain('permission denied');
}, 120_000);

test('the role can neither empty, drop nor rewrite what must stay', async () => {
  const role = new Client({ connectionString: roleUrl });
  await role.connect();
  const tables = ['users', 'invite_codes', 'referrals', 'audit_entries', 'refresh_tokens'];
  try {
    for (const statement of [
      ...tables.flatMap((table) => [
        `truncate ${table} cascade`,
        `drop table ${table} cascade`,
        `alter table ${table} disable trigger all`,
      ]),
      'truncate sessions cascade',
      'update audit_entries set ip = null',
      'delete from audit_entries',
      'update referrals set referrer_id = referee_id',
      'delete from referrals',
      'delete from users',
      'delete from invite_codes',
      'delete from _prisma_migrations',
      'create table mine (id int)',
      'set session_replication_role = replica',
      'create or replace function refuse_truncate() returns trigger language sql as $$ select null $$',
    ])
      await expect(role.query(statement), statement).rejects.toThrow(
        /permission denied|must be owner/,
      );
  } finally {
    await role.end();
  }
});

test('not even the owner truncates by accident, also not by way of a foreign key', async () => {
  for (const table of ['users', 'invite_codes', 'referrals', 'refresh_tokens', 'sessions'])
    await expect(owner.query(`truncate ${table} cascade`), table).rejects.toThrow(
      /must not be truncated/,
    );
  await expect(owner.query('truncate audit_entries')).rejects.toThrow('append only');
});

test('a version with new migrations does not start as the role, and says who migrates', async () => {
  const list = await readMigrations();
  const [first] = list.migrationDirectories;
  if (!first) throw new Error('No migrations');
  const later = { ...first, path: '29990101000000_later' };
  const migrations = { ...list, migrationDirectories: [...list.migrationDirectories, later] };
  const pool = new Pool({ connectionString: roleUrl });
  try {
    expect(await migrateWithLock(pool)).toEqual([]);
    await expect(migrateWithLock(pool, migrations)).rejects.toThrow(/main\.ts migrate/);
  } finally {
    await pool.end();
  }
});
