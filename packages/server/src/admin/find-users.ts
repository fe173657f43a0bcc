import { AsYouType, type CountryCode } from 'libphonenumber-js/max';
import sql, { empty, type Sql } from 'sql-template-tag';
import { validate as isUuid } from 'uuid';
import { z } from 'zod';
import { normalizeEmail } from '../core/email.ts';
import { checkInput } from '../core/errors.ts';
import type { Deps } from '../deps.ts';
import { normalizeInviteCode } from '../referral/invite-codes.ts';

interface Wanted {
  query: string;
  cursor?: string | undefined;
  limit: number;
  /** A condition on `u` */
  which: Sql;
}

/**
 * The ids of the users that a text may mean: an id, an email, an invite code (also one that is no
 * more), a phone as far as it is written, a name as far as it is written. Each is a walk along an
 * index in its own order, so a page costs the same however many users there are.
 */
export async function findUsers(
  { config, database }: Pick<Deps, 'config' | 'database'>,
  { query, cursor, limit, which }: Wanted,
): Promise<{ ids: string[]; nextCursor: string | null }> {
  const after = readFoundCursor(cursor);
  const text = query.trim();
  const exact = (condition: Sql) =>
    sql`select u.id, '' as key from users u where ${condition} and ${which}`;
  const starting = (column: Sql, start: Sql) => sql`
    select u.id, ${column} as key from users u
    where ${column} >= ${start} and ${column} < ${start} || ${LAST_CHARACTER} and ${which}
      ${after ? sql`and (${column}, u.id) > (${after.key}, ${after.id}::uuid)` : empty}
    order by ${column}, u.id limit ${limit + 1}`;

  const finds: Sql[] = [];
  if (isUuid(text)) finds.push(exact(sql`u.id = ${text}::uuid`));
  else if (text.includes('@')) finds.push(exact(sql`u.email = ${normalizeEmail(text)}`));
  else {
    const code = normalizeInviteCode(text);
    finds.push(exact(sql`u.id = (select user_id from invite_codes where code = ${code})`));
    const phone = startOfPhone(text, config.DEFAULT_REGION);
    finds.push(
      phone ? starting(PHONE, sql`${phone}::text`) : starting(NAME, sql`lower(${text}::text)`),
    );
  }
  const found = await database.query<{ id: string; key: string }>(sql`
    select id, key from (${union(finds)}) found (id, key)
    ${after ? sql`where (key collate "C", id) > (${after.key}, ${after.id}::uuid)` : empty}
    order by key collate "C", id limit ${limit + 1}`);
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    ids: [...new Set(shown.map(({ id }) => id))],
    nextCursor: last && found.length > limit ? writeFoundCursor(last) : null,
  };
}

/** As the indexes have them. */
const PHONE = sql`u.phone`;
const NAME = sql`lower(u.display_name) collate "C"`;

/** Sorts after whatever may follow a beginning. */
const LAST_CHARACTER = '\u{10FFFF}';

const union = ([first = empty, second]: Sql[]) =>
  second ? sql`(${first}) union all (${second})` : first;

/** How the beginning of a phone starts in E.164: `8 (999) 12` of a Russian as `+799912`. */
function startOfPhone(text: string, region: string): string | undefined {
  if (!/^\+?[0-9][0-9 ()-]*$/.test(text)) return undefined;
  const typed = new AsYouType(region as CountryCode);
  typed.input(text);
  return typed.getNumberValue();
}

interface Found {
  key: string;
  id: string;
}

const foundCursor = z.object({ cursor: z.tuple([z.string().max(200), z.uuid()]) });

function readFoundCursor(text: string | undefined): Found | undefined {
  if (text === undefined) return undefined;
  const [id, ...key] = Buffer.from(text, 'base64url').toString().split(' ');
  const parsed = checkInput(foundCursor, { cursor: [key.join(' '), id] });
  return { key: parsed.cursor[0], id: parsed.cursor[1] };
}

function writeFoundCursor({ key, id }: Found): string {
  return Buffer.from(`${id} ${key}`).toString('base64url');
}
