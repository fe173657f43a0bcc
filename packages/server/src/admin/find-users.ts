import { AsYouType, type CountryCode } from 'libphonenumber-js/max';
import sql, { empty, type Sql } from 'sql-template-tag';
import { validate as isUuid } from 'uuid';
import { z } from 'zod';
import { normalizeEmail } from '../core/email.ts';
import { checkInput } from '../core/errors.ts';
import { pageBy } from '../core/paging.ts';
import type { Deps } from '../deps.ts';
import { normalizeInviteCode } from '../referral/invite-codes.ts';

interface Search {
  query: string;
  cursor?: string | undefined;
  limit: number;
  /** A condition on `u` */
  filter: Sql;
}

/** A match and its position in the order of the results. */
interface Match {
  id: string;
  /** The phone or name that matched a prefix; empty for exact matches */
  key: string;
}

/**
 * Returns the ids of the users that match a query: an id, an email, an invite code (including
 * retired ones), the start of a phone or the start of a name. Each search walks an index in its own
 * order, so a page costs the same for any number of users.
 */
export async function findUsers(
  { config, database }: Pick<Deps, 'config' | 'database'>,
  { query, cursor, limit, filter }: Search,
): Promise<{ ids: string[]; nextCursor: string | null }> {
  const after = readMatchCursor(cursor);
  const text = query.trim();
  const exact = (condition: Sql) =>
    sql`select u.id, '' as key from users u where ${condition} and ${filter}`;
  const startingWith = (column: Sql, prefix: Sql) => sql`
    select u.id, ${column} as key from users u
    where ${column} >= ${prefix} and ${column} < ${prefix} || ${LAST_CHARACTER} and ${filter}
      ${after ? sql`and (${column}, u.id) > (${after.key}, ${after.id}::uuid)` : empty}
    order by ${column}, u.id limit ${limit + 1}`;

  const searches: Sql[] = [];
  if (isUuid(text)) searches.push(exact(sql`u.id = ${text}::uuid`));
  else if (text.includes('@')) searches.push(exact(sql`u.email = ${normalizeEmail(text)}`));
  else {
    const code = normalizeInviteCode(text);
    searches.push(exact(sql`u.id = (select user_id from invite_codes where code = ${code})`));
    const phone = phonePrefix(text, config.DEFAULT_REGION);
    searches.push(
      phone
        ? startingWith(PHONE, sql`${phone}::text`)
        : startingWith(NAME, sql`lower(${text}::text)`),
    );
  }
  const matches = await database.query<Match>(sql`
    select id, key from (${union(searches)}) found (id, key)
    ${after ? sql`where (key collate "C", id) > (${after.key}, ${after.id}::uuid)` : empty}
    order by key collate "C", id limit ${limit + 1}`);
  const { items, nextCursor } = pageBy(matches, limit, writeMatchCursor);
  return { ids: [...new Set(items.map(({ id }) => id))], nextCursor };
}

/** These expressions must match the indexes. */
const PHONE = sql`u.phone`;
const NAME = sql`lower(u.display_name) collate "C"`;

/** Sorts after every continuation of a prefix. */
const LAST_CHARACTER = '\u{10FFFF}';

const union = ([first = empty, second]: Sql[]) =>
  second ? sql`(${first}) union all (${second})` : first;

/** Converts the start of a phone to E.164: with the region RU, `8 (999) 12` becomes `+799912`. */
function phonePrefix(text: string, region: string): string | undefined {
  if (!/^\+?[0-9][0-9 ()-]*$/.test(text)) return undefined;
  const typed = new AsYouType(region as CountryCode);
  typed.input(text);
  return typed.getNumberValue();
}

const matchCursor = z.object({ cursor: z.tuple([z.string().max(200), z.uuid()]) });

/** @throws DomainError INPUT_INVALID */
function readMatchCursor(text: string | undefined): Match | undefined {
  if (text === undefined) return undefined;
  const [id, ...key] = Buffer.from(text, 'base64url').toString().split(' ');
  const { cursor } = checkInput(matchCursor, { cursor: [key.join(' '), id] });
  return { key: cursor[0], id: cursor[1] };
}

function writeMatchCursor({ key, id }: Match): string {
  return Buffer.from(`${id} ${key}`).toString('base64url');
}
