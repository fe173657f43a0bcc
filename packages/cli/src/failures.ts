import type { InvitreeError, Reason } from '@invitree/sdk';
import type { Io } from './io.ts';
import type { Output, Problem } from './output.ts';

/** The command cannot be run as it was given. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** The command ran, and not all of it went well; what did not is said already. */
export class Incomplete extends Error {
  override name = 'Incomplete';
}

/** The person had enough. */
export class GivenUp extends Error {
  override name = 'GivenUp';
}

/** By name: the SDK is loaded only by the commands that call the server. */
function isInvitreeError(error: unknown): error is InvitreeError {
  return error instanceof Error && error.name === 'InvitreeError';
}

const OUT_OF_REACH = new Set<Reason>(['NETWORK', 'TIMEOUT', 'UNREADABLE', 'UNAVAILABLE']);

export function exitCodeOf(error: unknown): 1 | 2 | 3 | 130 {
  if (error instanceof GivenUp) return 130;
  if (error instanceof UsageError) return 2;
  if (isInvitreeError(error) && OUT_OF_REACH.has(error.reason)) return 3;
  return 1;
}

/** Says on stderr what went wrong and what to do next. */
export function reportFailure(error: unknown, { env }: Io, out: Output): void {
  if (error instanceof GivenUp) out.say('Given up.');
  else if (error instanceof Incomplete) out.say(error.message);
  else out.problem(describe(error as Error, env['INVITREE_TOKEN'] !== undefined));
}

function describe(error: Error, ownToken: boolean): Problem {
  const { message } = error;
  if (error instanceof UsageError) return { message, hint: error.hint };
  if (!isInvitreeError(error)) return { message };
  const { reason, requestId, issues } = error;
  const places = issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return {
    message: [message, ...places].join('\n  '),
    reason,
    hint: hintFor(error, ownToken),
    ...(reason === 'INTERNAL' && { requestId }),
  };
}

function hintFor({ reason, retryAfter }: InvitreeError, ownToken: boolean): string | undefined {
  switch (reason) {
    case 'TOKEN_MISSING':
    case 'TOKEN_INVALID':
    case 'TOKEN_EXPIRED':
    case 'REFRESH_REUSED':
      return ownToken
        ? 'INVITREE_TOKEN is not, or no longer, valid.'
        : 'Sign in with `invitree login`.';
    case 'CODE_WRONG':
    case 'CODE_EXPIRED':
      return 'Ask for a new code with `invitree login`.';
    case 'CREDENTIALS_WRONG':
      return 'Without a password, sign in by phone: `invitree login --phone PHONE`.';
    case 'FORBIDDEN':
      return 'See who you are with `invitree whoami`; admins are made by other admins or by ADMIN_PHONES.';
    case 'ACTIVE_INVITE_CODE_EXISTS':
      return 'Delete it with `invitree code delete`.';
    case 'LAST_ADMIN':
      return 'Make another one first: `invitree admin users promote USER`.';
    case 'PHONE_VERIFICATION_REQUIRED':
      return 'Verify it by signing in again: `invitree login`.';
    case 'NETWORK':
    case 'TIMEOUT':
    case 'UNREADABLE':
      return 'Is this the right server? See `invitree config show`; choose with --server or INVITREE_SERVER.';
    case 'RATE_LIMITED':
    case 'CODE_ATTEMPTS_EXCEEDED':
    case 'UNAVAILABLE':
      return retryAfter ? `Try again in ${retryAfter} s.` : 'Try again soon.';
    default:
      return undefined;
  }
}
