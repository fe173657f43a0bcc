import fc from 'fast-check';
import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { expect } from 'vitest';
import type { Database } from '../src/database/port.ts';
import type { AccessTokens } from '../src/sessions/access-tokens.ts';

export interface TestUser {
  id: string;
  code: string;
  token: string;
  kind: Kind;
}

/** The state of the user's invite code, or of the user. */
type Kind = 'active' | 'expired' | 'deleted' | 'blocked';

/** `user` and `codeOwner` are indexes into the list of users. */
export type Action =
  | { type: 'activate'; user: number; codeOwner: number }
  | { type: 'delete'; user: number };

export interface ActionResponse {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the response body is what is under test
  body: any;
}

/** A few users who act at the same moment. Most activate each other's codes, so most conflict. */
export const scenario = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant<Kind>('active') },
      { weight: 1, arbitrary: fc.constantFrom<Kind>('expired', 'deleted', 'blocked') },
    ),
    { minLength: 3, maxLength: 12 },
  )
  .chain((kinds) => {
    const user = fc.nat(kinds.length - 1);
    const activate = fc.record({
      type: fc.constant('activate' as const),
      user,
      codeOwner: user,
    });
    const remove = fc.record({ type: fc.constant('delete' as const), user });
    return fc.record({
      kinds: fc.constant(kinds),
      actions: fc.array(
        fc.oneof({ weight: 20, arbitrary: activate }, { weight: 1, arbitrary: remove }),
        { minLength: 8, maxLength: 48 },
      ),
    });
  });

/** Signed-in users with one code each, inserted directly: the API would take minutes. */
export async function createUsers(
  { database, accessTokens }: { database: Database; accessTokens: AccessTokens },
  kinds: Kind[],
): Promise<TestUser[]> {
  const now = new Date();
  const users = await Promise.all(
    kinds.map(async (kind) => {
      const [id, sessionId] = [uuidv7(), uuidv7()];
      const code = uuidv7().slice(-12).toUpperCase();
      const token = await accessTokens.sign({ userId: id, sessionId }, 'http://invitree.test');
      return { id, sessionId, code, kind, token };
    }),
  );
  for (const { id, sessionId, code, kind } of users) {
    const status = kind === 'blocked' ? 'blocked' : 'active';
    const expiresAt = kind === 'expired' ? new Date(+now - 1000) : null;
    const retiredAt = kind === 'deleted' ? now : null;
    await database.query(sql`
      with person as (
        insert into users (id, status, created_at) values (${id}, ${status}::user_status, ${now})
      ), session as (
        insert into sessions (id, user_id, transport, created_at, last_used_at, expires_at)
        values (${sessionId}, ${id}, 'bearer', ${now}, ${now}, ${new Date(+now + 3_600_000)})
      )
      insert into invite_codes (code, user_id, created_at, expires_at, retired_at)
      values (${code}, ${id}, ${now}, ${expiresAt}, ${retiredAt})`);
  }
  return users;
}

/** Asserts what must hold after any actions in any order. */
export async function checkInvariants(
  database: Database,
  users: TestUser[],
  actions: Action[],
  responses: ActionResponse[],
): Promise<void> {
  const ids = users.map(({ id }) => id);
  const rows = await database.query<Record<'referee' | 'referrer' | 'top' | 'code', string>>(sql`
    select referee_id as referee, referrer_id as referrer, top_id as top, invite_code as code
    from referrals where referee_id = any(${ids}::uuid[])`);
  const referralOf = new Map(rows.map((row) => [row.referee, row]));
  expect(referralOf.size, 'each referee has one referral').toBe(rows.length);

  const ancestorsOf = (id: string): string[] => {
    const ancestors: string[] = [];
    for (let at = referralOf.get(id)?.referrer; at; at = referralOf.get(at)?.referrer) {
      expect(ancestors, 'there is no cycle').not.toContain(at);
      ancestors.push(at);
    }
    return ancestors;
  };
  for (const { referee, top } of rows) {
    expect(ancestorsOf(referee), 'there is no cycle').not.toContain(referee);
    expect(ancestorsOf(referee), 'the top is an ancestor').toContain(top);
  }

  const counts = await database.query<{
    id: string;
    kept: number;
    days: number;
    retired: boolean;
  }>(sql`
    select u.id, u.referral_count as kept, c.retired_at is not null as retired,
      (select coalesce(sum(count), 0)::int from referral_days d where d.referrer_id = u.id) as days
    from users u join invite_codes c on c.user_id = u.id where u.id = any(${ids}::uuid[])`);
  for (const { id, kept, days } of counts) {
    const actual = rows.filter(({ referrer }) => referrer === id).length;
    expect({ kept, days }, 'stored counts equal the rows').toEqual({ kept: actual, days: actual });
  }
  const isRetired = new Map(counts.map(({ id, retired }) => [id, retired]));

  for (const [i, action] of actions.entries()) {
    const { status, body } = responses[i] as ActionResponse;
    const user = users[action.user] as TestUser;
    const reason = body.data?.reason;
    expect(status, JSON.stringify(body)).toBeLessThan(500);
    if (action.type === 'delete' || user.kind === 'blocked') continue;
    const owner = users[action.codeOwner] as TestUser;
    const referral = referralOf.get(user.id);
    if (status === 200) {
      expect(referral).toMatchObject({ referrer: owner.id, code: owner.code });
      continue;
    }
    const isTrue: Record<string, () => boolean> = {
      ALREADY_ACTIVATED: () => referral?.code === body.data.inviteCode,
      INVITE_CODE_OWN: () => user === owner,
      INVITE_CODE_EXPIRED: () => owner.kind === 'expired',
      INVITE_CODE_NOT_FOUND: () => isRetired.get(owner.id) === true,
      REFERRER_BLOCKED: () => owner.kind === 'blocked',
      // Referrals are never removed, so a descendant then is a descendant now.
      REFERRAL_CYCLE: () => ancestorsOf(owner.id).includes(user.id),
    };
    expect(isTrue[reason]?.(), `${reason} is true`).toBe(true);
  }
  const successes = responses.filter(
    ({ status }, i) => status === 200 && actions[i]?.type === 'activate',
  );
  expect(successes, 'each success is a row').toHaveLength(rows.length);
}
