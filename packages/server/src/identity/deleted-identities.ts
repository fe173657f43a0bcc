import { createHmac } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';

/** How long a deleted account's phone and email are recognised, in milliseconds. */
const REMEMBERED = 30 * 24 * 3_600_000;

interface Identity {
  /** E.164 */
  phone: string | null;
  /** Normalised */
  email: string | null;
}

/**
 * Belongs into the transaction that deletes an account: whoever comes back at once to be invited anew
 * is recognised, by hashes that say nothing without the server's key. What is too old leaves with it.
 */
export async function rememberDeletedIdentity(
  { secrets, clock }: Pick<Deps, 'secrets' | 'clock'>,
  tx: Sql,
  identity: Identity,
): Promise<void> {
  const now = new Date(clock());
  await tx.query(sql`delete from deleted_identities where at < ${new Date(+now - REMEMBERED)}`);
  await tx.query(sql`
    insert into deleted_identities (hash, at)
    select hash, ${now}::timestamptz
    from unnest(${hashes(secrets.deletedIdentity.slice(0, 1), identity)}::bytea[]) hash order by hash
    on conflict (hash) do update set at = excluded.at`);
}

/** The hash by which a phone or an email of a deleted account is known. */
export async function findDeletedIdentity(
  deps: Pick<Deps, 'secrets'>,
  tx: Sql,
  identity: Identity,
  at: Date,
): Promise<Buffer | undefined> {
  const [found] = await tx.query<{ hash: Buffer }>(selectDeletedIdentity(deps, identity, at));
  return found?.hash;
}

/** The same as a query of `hash`. */
export function selectDeletedIdentity(
  { secrets }: Pick<Deps, 'secrets'>,
  identity: Identity,
  at: Date,
) {
  return sql`
    select hash from deleted_identities
    where hash = any(${hashes(secrets.deletedIdentity, identity)}::bytea[])
      and at > ${new Date(+at - REMEMBERED)} limit 1`;
}

function hashes(keys: Buffer[], identity: Identity): Buffer[] {
  return Object.entries(identity).flatMap(([kind, value]) =>
    value === null
      ? []
      : keys.map((key) => createHmac('sha256', key).update(`${kind}\0${value}`).digest()),
  );
}
