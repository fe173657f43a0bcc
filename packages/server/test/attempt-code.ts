import sql from 'sql-template-tag';
import { requireCorrectCode } from '../src/auth/codes/refuse.ts';
import { type CodeVerification, verifyCode } from '../src/auth/codes/verify.ts';
import { DomainError } from '../src/core/errors.ts';
import type { Deps } from '../src/deps.ts';

/** Verifies a code in a statement of its own. Returns true if the code was consumed. */
export async function attemptCode(
  deps: Deps,
  phone: string,
  code: string,
  onlyIf = true,
): Promise<boolean> {
  const attempt = { phone, code, purposes: ['signIn'], ip: '127.0.0.1' } as const;
  const [verification] = await deps.database.query<CodeVerification>(sql`
    with attempt as (${verifyCode(deps, attempt, sql`${onlyIf}`)})
    select consumed, "attemptsLeft" from attempt`);
  return (await requireCorrectCode(deps, attempt, verification)).consumed;
}

/** The outcome of a rule: `ok`, or the reason of its error with the error's data. */
export function outcome(work: Promise<unknown>) {
  return work.then(
    () => 'ok' as const,
    (error) => {
      if (error instanceof DomainError) return { reason: error.reason, ...error.data };
      throw error;
    },
  );
}
