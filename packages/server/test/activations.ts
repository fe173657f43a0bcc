import fc from 'fast-check';
import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { expect } from 'vitest';
import type { Database } from '../src/database/port.ts';
import type { AccessTokens } from '../src/sessions/access-tokens.ts';

export interface Person {
  id: string;
  code: string;
  token: string;
  kind: Kind;
}

type Kind = 'active' | 'expired' | 'deleted' | 'blocked';

export type Act =
  | { what: 'activate'; who: number; whose: number }
  | { what: 'delete'; who: number };

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what is under test
  body: any;
}

/** What a few people do at one moment: mostly activate each other's codes, so mostly in each other's way. */
export const scene = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant<Kind>('active') },
      { weight: 1, arbitrary: fc.constantFrom<Kind>('expired', 'deleted', 'blocked') },
    ),
    { minLength: 3, maxLength: 12 },
  )
  .chain((kinds) => {
    const person = fc.nat(kinds.length - 1);
    const activate = fc.record({
      what: fc.constant('activate' as const),
      who: person,
      whose: person,
    });
    const remove = fc.record({ what: fc.constant('delete' as const), who: person });
    return fc.record({
      kinds: fc.constant(kinds),
      acts: fc.array(
        fc.oneof({ weight: 20, arbitrary: activate }, { weight: 1, arbitrary: remove }),
        { minLength: 8, maxLength: 48 },
      ),
    });
  });

/** Signed-in users with a code each, made behind the API's back: hundreds in a moment. */
export async function makePeople(
  { database, accessTokens }: { database: Database; accessTokens: AccessTokens },
  kinds: Kind[],
): Promise<Person[]> {
  const now = new Date();
  const people = await Promise.all(
    kinds.map(async (kind) => {
      const [id, sessionId] = [uuidv7(), uuidv7()];
      const code = uuidv7().slice(-12).toUpperCase();
      return {
        id,
        sessionId,
        code,
        kind,
        token: await accessTokens.sign({ userId: id, sessionId }, 'http://invitree.test'),
      };
    }),
  );
  for (const { id, sessionId, code, kind } of people) {
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
  return people;
}

/** What must hold after any acts in any order at any moment. */
export async function checkAfterwards(
  database: Database,
  people: Person[],
  acts: Act[],
  answers: Answer[],
): Promise<void> {
  const ids = people.map(({ id }) => id);
  const rows = await database.query<Record<'referee' | 'referrer' | 'top' | 'code', string>>(sql`
    select referee_id as referee, referrer_id as referrer, top_id as top, invite_code as code
    from referrals where referee_id = any(${ids}::uuid[])`);
  const referralOf = new Map(rows.map((row) => [row.referee, row]));
  expect(referralOf.size, 'one referral for each referee').toBe(rows.length);

  const lineOf = (id: string): string[] => {
    const line: string[] = [];
    for (let at = referralOf.get(id)?.referrer; at; at = referralOf.get(at)?.referrer) {
      expect(line, 'no circle').not.toContain(at);
      line.push(at);
    }
    return line;
  };
  for (const { referee, top } of rows) {
    expect(lineOf(referee), 'no circle').not.toContain(referee);
    expect(lineOf(referee), 'a top is someone above').toContain(top);
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
    expect({ kept, days }, 'counts equal rows').toEqual({ kept: actual, days: actual });
  }
  const isRetired = new Map(counts.map(({ id, retired }) => [id, retired]));

  for (const [i, act] of acts.entries()) {
    const { status, body } = answers[i] as Answer;
    const who = people[act.who] as Person;
    const reason = body.data?.reason;
    expect(status, JSON.stringify(body)).toBeLessThan(500);
    if (act.what === 'delete' || who.kind === 'blocked') continue;
    const whose = people[act.whose] as Person;
    const mine = referralOf.get(who.id);
    if (status === 200) {
      expect(mine).toMatchObject({ referrer: whose.id, code: whose.code });
      continue;
    }
    const isTrue: Record<string, () => boolean> = {
      ALREADY_ACTIVATED: () => mine?.code === body.data.inviteCode,
      INVITE_CODE_OWN: () => who === whose,
      INVITE_CODE_EXPIRED: () => whose.kind === 'expired',
      INVITE_CODE_NOT_FOUND: () => isRetired.get(whose.id) === true,
      REFERRER_BLOCKED: () => whose.kind === 'blocked',
      // Who is below someone stays below them.
      REFERRAL_CYCLE: () => lineOf(whose.id).includes(who.id),
    };
    expect(isTrue[reason]?.(), `${reason} is true`).toBe(true);
  }
  const successes = answers.filter(
    ({ status }, i) => status === 200 && acts[i]?.what === 'activate',
  );
  expect(successes, 'each success is a row').toHaveLength(rows.length);
}
