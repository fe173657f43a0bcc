import sql, { type Sql as Statement } from 'sql-template-tag';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { type Identity, identityHashes } from './deleted-identities.ts';

/**
 * The statement that remembers a phone or email that an account replaces. Run it in the statement
 * or transaction that replaces it. Together with the current ones, these are all that the account
 * ever held, so nothing needs to be written at sign-up.
 * @param replaced what the account had until now; null for what it keeps or never had
 * @param account a query for the account's id, with no row if nothing was replaced
 */
export function insertFormerIdentity(
  { secrets, clock }: Pick<Deps, 'secrets' | 'clock'>,
  replaced: Identity,
  account: Statement,
): Statement {
  const hashes = identityHashes(secrets.deletedIdentity.slice(0, 1), replaced);
  return sql`
      insert into former_identities (user_id, hash, at)
      select a.id, hash, ${new Date(clock())}::timestamptz
      from (${account}) a (id), unnest(${hashes}::bytea[]) hash
      on conflict (user_id, hash) do update set at = excluded.at`;
}

/** Turns an account's former identities into deleted ones. Call it when the account is deleted. */
export async function moveFormerIdentities(
  { clock }: Pick<Deps, 'clock'>,
  tx: Sql,
  userId: string,
): Promise<void> {
  await tx.query(sql`
    with former as (delete from former_identities where user_id = ${userId} returning hash)
    insert into deleted_identities (hash, at)
    select hash, ${new Date(clock())}::timestamptz from former order by hash
    on conflict (hash) do update set at = excluded.at`);
}
