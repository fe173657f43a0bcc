import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newPhone, openTestApp, type TestApp } from '../../test/harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app.close());

const PASSWORD = 'correct horse battery';

/** One who has used all there is: two sessions, a refresh, a password, a referrer, a referee, a wrong code. */
async function fullLife() {
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
  app.wait(60);
  await app.rest('POST /auth/code', { body: { phone } });
  await app.rest('POST /auth/verify', { body: { phone, code: '000000' } });
  return { id, phone, email, token, cookie, inviteCode, referrer, referee };
}

/** All there is in the database, but for what a test run does not write. */
async function everything(): Promise<Record<string, Record<string, unknown>[]>> {
  const { database } = app.deps;
  const tables = await database.query<{ name: string }>(sql`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_name <> '_prisma_migrations'`);
  const rows: Record<string, Record<string, unknown>[]> = {};
  for (const { name } of tables)
    rows[name] = (
      await database.query<{ row: Record<string, unknown> }>(
        sql`select to_jsonb(t) as row from ${raw(name)} t`,
      )
    ).map(({ row }) => row);
  return rows;
}

describe('profile.export', () => {
  /** What a column holds that the export leaves out, and why. */
  const LEFT_OUT: Record<string, string> = {
    'users.password_hash': 'a key to the account, if weak',
    'users.deleted_at': 'null for one who can ask',
    'refresh_tokens.hash': 'no fact about a person',
    'referral_days.day': 'counted from the referees, which are there',
    'referral_days.count': 'counted from the referees, which are there',
    'phone_codes.challenge_id': 'no fact about a person',
    'phone_codes.code_hash': 'a key to the account',
  };
  /** How each table names the person; one that is not here fails the test until someone has thought of it. */
  const NAMES: Record<string, (row: Record<string, unknown>, me: Me) => boolean> = {
    users: (row, me) => row['id'] === me.id,
    invite_codes: (row, me) => row['user_id'] === me.id,
    referrals: (row, me) => row['referee_id'] === me.id || row['referrer_id'] === me.id,
    sessions: (row, me) => row['user_id'] === me.id,
    refresh_tokens: (row, me) => me.sessions.includes(row['session_id']),
    phone_codes: (row, me) => row['phone'] === me.phone,
    referral_days: (row, me) => row['referrer_id'] === me.id,
    activation_origins: (row, me) => row['referee_id'] === me.id,
    referral_findings: (row, me) => row['referee_id'] === me.id || row['referrer_id'] === me.id,
    // Of nobody who can ask.
    deleted_identities: () => false,
    // A view of the table above, under its previous name.
    departed_identities: () => false,
    audit_entries: (row, me) => row['actor_id'] === me.id || row['target_id'] === me.id,
  };
  interface Me {
    id: string;
    phone: string;
    sessions: unknown[];
  }

  test('holds every value that any table holds about the person', async () => {
    const { id, phone, token } = await fullLife();
    const { status, body } = await app.rest('GET /profile/export', { token });
    expect(status).toBe(200);
    const exported = new Set(leaves(body).map(comparable));
    const all = await everything();
    expect(Object.keys(all).sort()).toEqual(Object.keys(NAMES).sort());
    const mine = (all['sessions'] ?? []).filter((row) => row['user_id'] === id);
    const me = { id, phone, sessions: mine.map((row) => row['id']) };
    let compared = 0;
    for (const [table, rows] of Object.entries(all))
      for (const row of rows.filter((row) => NAMES[table]?.(row, me)))
        for (const [column, value] of Object.entries(row)) {
          if (`${table}.${column}` in LEFT_OUT) continue;
          for (const leaf of leaves(value)) {
            compared += 1;
            expect(exported, `${table}.${column}`).toContain(comparable(leaf));
          }
        }
    expect(compared).toBeGreaterThan(50);
  });

  test('holds no hash and nobody else', async () => {
    const { token, referrer, referee } = await fullLife();
    const { body } = await app.rest('GET /profile/export', { token });
    const text = JSON.stringify(body);
    expect(text).not.toContain('argon2');
    for (const { user } of [referrer, referee]) expect(text).not.toContain(user.phone);
  });
});

describe('profile.delete', () => {
  const remove = (token: string, confirm = 'true') =>
    app.rest(`DELETE /profile?confirm=${confirm}`, { token });

  test('wants to be confirmed', async () => {
    const { accessToken: token } = await app.signIn();
    for (const confirm of ['false', '1', ''])
      expect((await remove(token, confirm)).body.data.reason).toBe('INPUT_INVALID');
    expect((await app.rest('DELETE /profile', { token })).status).toBe(400);
    expect((await app.rest('GET /profile', { token })).status).toBe(200);
  });

  test('forgets the person everywhere', async () => {
    const { phone, email, token } = await fullLife();
    expect(JSON.stringify(await everything())).toContain(phone);
    const { status, body } = await remove(token);
    expect([status, body]).toEqual([200, { deleted: true }]);
    const left = JSON.stringify(await everything());
    for (const personal of [
      phone,
      email,
      `Browser of ${phone}`,
      `Name of ${phone}`,
      phone.slice(1),
    ])
      expect(left).not.toContain(personal);
  });

  test('ends every session, by token, by refresh and by cookie', async () => {
    const phone = newPhone();
    const { accessToken: token, refreshToken } = await app.signIn(phone);
    const { headers } = await browser(phone);
    const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
    const removed = await app.rest('DELETE /profile?confirm=true', { headers: { cookie } });
    expect(removed.status).toBe(200);
    expect(String(removed.headers['set-cookie'])).toContain('Max-Age=0');
    const answers = [
      await app.rest('GET /profile', { token }),
      await app.rest('GET /profile', { headers: { cookie } }),
      await app.rest('POST /auth/refresh', { body: { refreshToken } }),
    ];
    for (const { body } of answers) expect(body.data.reason).toBe('TOKEN_INVALID');
  });

  test('leaves the tree and the counts of others whole', async () => {
    const { id, token, referrer, referee } = await fullLife();
    await remove(token);
    const above = await app.rest('GET /profile', { token: referrer.accessToken });
    expect(above.body).toMatchObject({
      referralCount: 1,
      referrals: [{ id, phone: null, displayName: null }],
    });
    const below = await app.rest('GET /profile', { token: referee.accessToken });
    expect(below.body.referrerId).toBe(id);
    const seen = await app.rest(`GET /users/${id}`, { token: referrer.accessToken });
    expect(seen.body.data.reason).toBe('NOT_FOUND');
  });

  test('the invite code brings nobody any more', async () => {
    const { token, inviteCode } = await fullLife();
    await remove(token);
    const { body } = await app.rest(`GET /referral/codes/${inviteCode}`);
    expect(body).toMatchObject({ valid: false, referrerName: null });
    const other = await app.signIn();
    const activated = await app.rest('POST /referral/activate', {
      token: other.accessToken,
      body: { inviteCode },
    });
    expect(activated.body.data.reason).toBe('INVITE_CODE_NOT_FOUND');
  });

  test('the phone and the email sign up anew, as someone else', async () => {
    const { id, phone, email, token } = await fullLife();
    await remove(token);
    const anew = await app.signIn(phone);
    expect(anew).toMatchObject({
      isNewUser: true,
      user: { displayName: null, email: null, referralCount: 0, activatedInviteCode: null },
    });
    expect(anew.user.id).not.toBe(id);
    const registered = await app.rest('POST /auth/register', {
      body: { email, password: PASSWORD },
    });
    expect(registered.status).toBe(201);
  });

  test('in any race with other doings of the same user nothing personal is left', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, phone, email, token, cookie, inviteCode } = await fullLife();
      const other = await app.signIn();
      const { body: asked } = await app.rest('POST /auth/code', { body: { phone: newPhone() } });
      const answers = await Promise.all([
        remove(token),
        app.rest('DELETE /profile?confirm=true', { headers: { cookie } }),
        app.rest('POST /auth/login', { body: { email, password: PASSWORD } }),
        app.rest('PATCH /profile', { token, body: { displayName: 'Still me' } }),
        app.rest('POST /auth/link/phone', {
          token,
          body: { phone: asked.phone, code: asked.devCode },
        }),
        app.rest('POST /referral/activate', { token: other.accessToken, body: { inviteCode } }),
      ]);
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      expect(answers.slice(0, 2).some(({ status }) => status === 200)).toBe(true);
      const user = await app.deps.database.prisma.user.findUniqueOrThrow({
        where: { id },
        include: { sessions: true },
      });
      expect(user).toMatchObject({
        status: 'deleted',
        phone: null,
        displayName: null,
        sessions: [],
      });
      const left = JSON.stringify(await everything());
      // A phone that was replaced before is no longer theirs; its limits outlive that.
      const lastPhone = answers[4]?.status === 200 ? asked.phone : phone;
      for (const personal of [lastPhone, email, 'Still me']) expect(left).not.toContain(personal);
    }
  });
});

async function browser(phone: string) {
  app.wait(60);
  const { body: asked } = await app.rest('POST /auth/code', { body: { phone } });
  return app.rest('POST /auth/verify', {
    body: { phone, code: asked.devCode, transport: 'cookie' },
  });
}

/** The values inside of a value. */
function leaves(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(leaves);
}

/** Times are written in two ways. */
function comparable(leaf: unknown): unknown {
  const isTime = typeof leaf === 'string' && /^\d{4}-\d\d-\d\dT/.test(leaf);
  return isTime ? +new Date(leaf) : leaf;
}
