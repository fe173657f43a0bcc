import sql from 'sql-template-tag';
import type { Deps } from '../deps.ts';
import { type CallerRow, callerColumns, callerOf, type FoundCaller } from '../sessions/sessions.ts';
import {
  PROFILE_COLUMNS,
  PROFILE_JOINS,
  type Profile,
  type ProfileRow,
  profileOf,
} from './profile.ts';

/** The statement of `findCallerWithProfile`. */
export function selectCallerWithProfile(deps: Pick<Deps, 'clock'>, sessionId: string) {
  return sql`
    select ${callerColumns(deps)}, ${PROFILE_COLUMNS}
    from sessions s join users u on u.id = s.user_id ${PROFILE_JOINS}
    where s.id = ${sessionId}`;
}

/**
 * Finds the user of a live session together with their profile, in one statement.
 * @throws DomainError TOKEN_INVALID, USER_BLOCKED
 */
export async function findCallerWithProfile(
  deps: Pick<Deps, 'config' | 'clock' | 'database'>,
  sessionId: string,
): Promise<FoundCaller & { profile: Profile }> {
  const statement = selectCallerWithProfile(deps, sessionId);
  const [row] = await deps.database.query<CallerRow & ProfileRow>(statement);
  const caller = callerOf(row);
  return { ...caller, profile: profileOf(deps, row as ProfileRow) };
}
