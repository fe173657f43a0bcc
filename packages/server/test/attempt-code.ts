import sql from 'sql-template-tag';
import { type CodeVerification, requireCorrectCode, verifyCode } from '../src/auth/codes/verify.ts';
import { DomainError } from '../src/core/errors.ts';
import type { Deps } from '../src/deps.ts';

/** Verifies a code in a statement of its own. Returns true if the code was consumed. */
export async function attemptCode(
  deps: Deps,
  phone: string,
  code: string,
  onlyIf = true,
): Promise<boolean> {
  const attempt = verifyCode(deps, { phone, code, onlyIf: sql`${onlyIf}` });
  const [verification] = await deps.database.query<CodeVerification>(
    sql`with attempt as (${attempt}) select consumed, "attemptsLeft" from attempt`,
  );
  return (await requireCorrectCode(deps, phone, verification)).consumed;
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
