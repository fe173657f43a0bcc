import sql from 'sql-template-tag';
import type { Sql } from '../src/database/port.ts';
import { newPhone, type TestApp } from './harness.ts';

interface Person {
  id: string;
  token: string;
  phone: string;
  code: string;
}

/**
 * Signs users up, one second apart. `['a', 'a:b']` is a user `a` and a user `b` with the code of `a`.
 * @returns a function that looks a user up by name
 */
export async function signUpFamily(app: TestApp, people: string[]) {
  const byName: Record<string, Person> = {};
  for (const person of people) {
    const [name = '', referrer] = person.split(':').reverse();
    const inviteCode = referrer && byName[referrer]?.code;
    const { accessToken, user } = await app.signIn(newPhone(), inviteCode ? { inviteCode } : {});
    byName[name] = { id: user.id, token: accessToken, phone: user.phone, code: user.inviteCode };
    app.advanceClock(1);
  }
  return (name: string) => byName[name] as Person;
}

/** Adds `count` new referees to each referrer and returns the referees' ids. */
export async function addReferees(
  database: Sql,
  referrers: string[],
  count: number,
): Promise<string[]> {
  const rows = await database.query<{ id: string }>(sql`
    with grown as (
      update users set referral_count = referral_count + ${count}
      where id = any(${referrers}::uuid[]) returning id
    ), added as (
      insert into users (id, created_at)
      select gen_random_uuid(), ${new Date()}::timestamptz from grown, generate_series(1, ${count}) returning id
    ), numbered as (select id, row_number() over () as n from added),
    above as (select id, row_number() over () as n from grown)
    insert into referrals (referee_id, referrer_id, top_id, invite_code, activated_at)
    select numbered.id, above.id, above.id, (select code from invite_codes limit 1), ${new Date()}::timestamptz
    from numbered join above on above.n = (numbered.n - 1) / ${count} + 1
    returning referee_id as id`);
  return rows.map(({ id }) => id);
}
