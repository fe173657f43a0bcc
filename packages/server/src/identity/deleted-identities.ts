import { createHmac } from 'node:crypto';
import sql from 'sql-template-tag';
import { DAY } from '../core/time.ts';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';

/** How long a deleted account's phone and email are recognised, in milliseconds. */
const RETENTION = 30 * DAY;

export interface Identity {
  /** E.164 */
  phone: string | null;
  /** Normalised */
  email: string | null;
}

/**
 * Stores hashes of a deleted account's phone and email, and deletes expired ones. Call it in the
 * transaction that deletes the account. It lets the rules against abuse recognise a person who
 * signs up again to be invited once more. Without the server's key the hashes reveal nothing.
 */
export async function rememberDeletedIdentity(
  { secrets, clock }: Pick<Deps, 'secrets' | 'clock'>,
  tx: Sql,
  identity: Identity,
): Promise<void> {
  const now = new Date(clock());
  await tx.query(sql`delete from deleted_identities where at < ${new Date(+now - RETENTION)}`);
  const newHashes = identityHashes(secrets.deletedIdentity.slice(0, 1), identity);
  await tx.query(sql`
    insert into deleted_identities (hash, at)
    select hash, ${now}::timestamptz from unnest(${newHashes}::bytea[]) hash order by hash
    on conflict (hash) do update set at = excluded.at`);
}

/** Finds the stored hash of a phone or email that belonged to a deleted account. */
export async function findDeletedIdentity(
  deps: Pick<Deps, 'secrets'>,
  tx: Sql,
  identity: Identity,
  at: Date,
): Promise<Buffer | undefined> {
  const [found] = await tx.query<{ hash: Buffer }>(selectDeletedIdentity(deps, identity, at));
  return found?.hash;
}

/** The query of `findDeletedIdentity`; returns `hash`. */
export function selectDeletedIdentity(
  { secrets }: Pick<Deps, 'secrets'>,
  identity: Identity,
  at: Date,
) {
  return sql`
    select hash from deleted_identities
    where hash = any(${identityHashes(secrets.deletedIdentity, identity)}::bytea[])
      and at > ${new Date(+at - RETENTION)} limit 1`;
}

export function identityHashes(keys: Buffer[], identity: Identity): Buffer[] {
  return Object.entries(identity).flatMap(([kind, value]) =>
    value === null
      ? []
      : keys.map((key) => createHmac('sha256', key).update(`${kind}\0${value}`).digest()),
  );
}
