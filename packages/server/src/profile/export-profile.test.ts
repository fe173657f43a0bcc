import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type TestApp } from '../../test/harness.ts';
import { createFullUser, readAllTables } from '../../test/personal-data.ts';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app?.close());

/** Columns that the export leaves out, and why. */
const EXCLUDED: Record<string, string> = {
  'users.password_hash': 'a weak password could be guessed from it',
  'users.deleted_at': 'null for every user who can export',
  'refresh_tokens.hash': 'not personal data',
  'sessions.refresh_seed': 'not personal data',
  'referral_days.day': 'derived from the referees, which are included',
  'referral_days.count': 'derived from the referees, which are included',
  'former_identities.hash': 'not personal data',
  'phone_codes.challenge_ids': 'not personal data',
  'phone_codes.code_hashes': 'gives access to the account',
  'phone_codes.code_addresses': 'of whoever requested a code, not of the user',
  'phone_codes.sent_from': 'of whoever requested a code, not of the user',
  'phone_codes.challenge_id': 'unused',
  'phone_codes.code_hash': 'unused',
  'phone_codes.tries': 'unused',
};
/** Selects the user's rows of each table. The test fails for a table that is missing here. */
const BELONGS_TO_USER: Record<string, (row: Record<string, unknown>, me: Me) => boolean> = {
  users: (row, me) => row['id'] === me.id,
  invite_codes: (row, me) => row['user_id'] === me.id,
  referrals: (row, me) => row['referee_id'] === me.id || row['referrer_id'] === me.id,
  sessions: (row, me) => row['user_id'] === me.id,
  refresh_tokens: (row, me) => me.sessions.includes(row['session_id']),
  phone_codes: (row, me) => row['phone'] === me.phone,
  referral_days: (row, me) => row['referrer_id'] === me.id,
  activation_origins: (row, me) => row['referee_id'] === me.id,
  referral_findings: (row, me) => row['referee_id'] === me.id || row['referrer_id'] === me.id,
  former_identities: (row, me) => row['user_id'] === me.id,
  // Only of users who no longer exist.
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

test('exports every value that any table holds about the user', async () => {
  const { id, phone, token } = await createFullUser(app);
  const { status, body } = await app.rest('GET /profile/export', { token });
  expect(status).toBe(200);
  const exported = new Set(leaves(body).map(comparable));
  const all = await readAllTables(app);
  expect(Object.keys(all).sort()).toEqual(Object.keys(BELONGS_TO_USER).sort());
  const sessions = (all['sessions'] ?? []).filter((row) => row['user_id'] === id);
  const me = { id, phone, sessions: sessions.map((row) => row['id']) };
  let compared = 0;
  for (const [table, rows] of Object.entries(all))
    for (const row of rows.filter((row) => BELONGS_TO_USER[table]?.(row, me)))
      for (const [column, value] of Object.entries(row)) {
        if (`${table}.${column}` in EXCLUDED) continue;
        for (const leaf of leaves(value)) {
          compared += 1;
          expect(exported, `${table}.${column}`).toContain(comparable(leaf));
        }
      }
  expect(compared).toBeGreaterThan(50);
});

test('exports no password hash and no phones of other users', async () => {
  const { token, referrer, referee } = await createFullUser(app);
  const { body } = await app.rest('GET /profile/export', { token });
  const text = JSON.stringify(body);
  expect(text).not.toContain('argon2');
  for (const { user } of [referrer, referee]) expect(text).not.toContain(user.phone);
});

/** Returns all primitive values inside a value. */
function leaves(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(leaves);
}

/** Converts times to numbers, because the database and the API format them differently. */
function comparable(leaf: unknown): unknown {
  const isTime = typeof leaf === 'string' && /^\d{4}-\d\d-\d\dT/.test(leaf);
  return isTime ? +new Date(leaf) : leaf;
}
