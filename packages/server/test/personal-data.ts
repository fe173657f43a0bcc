import sql, { raw } from 'sql-template-tag';
import { newPhone, type TestApp } from './harness.ts';

export const PASSWORD = 'correct horse battery';

/**
 * Creates a user with data in every table: two sessions, a refresh, a password, a referrer, a referee
 * and a wrong code.
 */
export async function createFullUser(app: TestApp) {
  const phone = newPhone();
  const email = `${phone.slice(1)}@example.com`;
  const referrer = await app.signIn();
  const person = await app.signIn(phone, { inviteCode: referrer.user.inviteCode });
  const { id, inviteCode } = person.user;
  const referee = await app.signIn(newPhone(), { inviteCode });
  const { accessToken: token } = person;
  await app.rest('PATCH /profile', { token, body: { displayName: `Name of ${phone}` } });
  await app.rest('POST /auth/password', { token, body: { email, password: PASSWORD } });
  await app.rest('POST /auth/refresh', { body: { refreshToken: person.refreshToken } });
  const { headers } = await app.rest('POST /auth/login', {
    body: { email, password: PASSWORD, transport: 'cookie' },
    headers: { 'user-agent': `Browser of ${phone}` },
  });
  const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
  await app.deps.database.prisma.user.update({
    where: { id },
    data: {
      emailVerdict: 'risky',
      person: {
        fullName: `Full name of ${phone}`,
        bio: null,
        location: null,
        avatar: null,
        site: null,
        employer: null,
        jobTitle: null,
      },
    },
  });
  app.advanceClock(60);
  await app.rest('POST /auth/code', { body: { phone } });
  await app.rest('POST /auth/verify', { body: { phone, code: '000000' } });
  return { id, phone, email, token, cookie, inviteCode, referrer, referee };
}

type Row = Record<string, unknown>;

/** Reads every row of every table. */
export async function readAllTables(app: TestApp): Promise<Record<string, Row[]>> {
  const { database } = app.deps;
  const tables = await database.query<{ name: string }>(sql`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_name <> '_prisma_migrations'`);
  const rows: Record<string, Row[]> = {};
  for (const { name } of tables)
    rows[name] = (
      await database.query<{ row: Row }>(sql`select to_jsonb(t) as row from ${raw(name)} t`)
    ).map(({ row }) => row);
  return rows;
}
