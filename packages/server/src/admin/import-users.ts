import sql from 'sql-template-tag';
import type { Sql } from '../database/port.ts';
import type { Deps } from '../deps.ts';
import { auditImport, type Imported, type Problem } from './import.ts';
import { insertUsers } from './insert-users.ts';
import type { Actor } from './status-and-role.ts';
import { type ImportedUser, readUserLine, type UserLine } from './user-lines.ts';

/**
 * Imports users, matched by phone. Existing accounts are left unchanged, so a batch can be sent
 * again. Roles are not imported: admins assign them by hand. The valid lines of a batch are
 * imported in one transaction.
 */
export function importUsers(
  deps: Deps,
  actor: Actor,
  { lines, dryRun }: { lines: UserLine[]; dryRun: boolean },
): Promise<Imported> {
  const problems: Problem[] = [];
  const users = lines.flatMap((line, index) => readUserLine(deps, line, index, problems) ?? []);
  return deps.database.transaction(async (tx) => {
    const taken = await findTaken(tx, users);
    const conflicts: Problem[] = [];
    const newUsers: ImportedUser[] = [];
    for (const user of users) {
      if (taken.phones.has(user.phone)) continue;
      const conflict = findConflict(user, taken);
      if (conflict) {
        conflicts.push(conflict);
        continue;
      }
      newUsers.push(user);
      taken.phones.add(user.phone);
      if (user.email !== null) taken.emails.add(user.email);
      if (user.inviteCode !== null) taken.codes.add(user.inviteCode);
    }
    const created = newUsers.length;
    if (created > 0 && !dryRun) {
      await insertUsers(tx, newUsers);
      await tx.query(auditImport(deps, actor, { kind: 'users', created }));
    }
    return {
      created,
      existing: users.length - created - conflicts.length,
      problems: [...problems, ...conflicts].sort((a, b) => a.index - b.index),
    };
  });
}

type Taken = Record<'phones' | 'emails' | 'codes', Set<string>>;

function findConflict(
  { index, email, inviteCode }: ImportedUser,
  taken: Taken,
): Problem | undefined {
  if (email !== null && taken.emails.has(email))
    return { index, field: 'email', reason: 'EMAIL_TAKEN' };
  if (inviteCode !== null && taken.codes.has(inviteCode))
    return { index, field: 'inviteCode', reason: 'INVITE_CODE_TAKEN' };
  return undefined;
}

async function findTaken(tx: Sql, users: ImportedUser[]): Promise<Taken> {
  const phones = users.map(({ phone }) => phone);
  const emails = users.flatMap(({ email }) => email ?? []);
  const codes = users.flatMap(({ inviteCode }) => inviteCode ?? []);
  const [taken] = await tx.query<Record<keyof Taken, string[]>>(sql`
    select
      array(select phone from users where phone = any(${phones}::text[])) as phones,
      array(select email from users where email = any(${emails}::text[])) as emails,
      array(select code from invite_codes where code = any(${codes}::text[])) as codes`);
  return {
    phones: new Set(taken?.phones),
    emails: new Set(taken?.emails),
    codes: new Set(taken?.codes),
  };
}
