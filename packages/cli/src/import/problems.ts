/** Reports a problem with a line of the file. */
export type ReportProblem = (line: number, problem: string) => void;

const PROBLEMS: Record<string, string> = {
  PHONE_INVALID: 'not a valid phone number',
  INPUT_INVALID: 'not valid',
  EMAIL_TAKEN: 'already used by another account',
  INVITE_CODE_TAKEN: 'already used by another user',
  NOT_FOUND: 'no user has this phone; import users first',
  INVITE_CODE_NOT_FOUND: 'this user has no invite code',
  INVITE_CODE_OWN: 'same user as the referee',
  ALREADY_ACTIVATED: 'the referee already has another referrer',
  REFERRAL_CYCLE: 'the referee has referred this user, directly or indirectly',
  REFERRER_BLOCKED: 'this user is blocked',
};

/** Describes why the server refused a field of a line. */
export function describeProblem({ field, reason }: { field: string; reason: string }): string {
  return `${field}: ${PROBLEMS[reason] ?? reason}`;
}
