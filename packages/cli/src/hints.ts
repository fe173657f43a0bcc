import type { InvitreeError } from '@invitree/sdk';
import { formatSeconds } from './output/format.ts';

/** Returns the next step for an error of the server, unless its message already names one. */
export function hintFor(
  { reason, retryAfter }: InvitreeError,
  usesEnvToken: boolean,
): string | undefined {
  switch (reason) {
    case 'TOKEN_MISSING':
    case 'TOKEN_INVALID':
    case 'TOKEN_EXPIRED':
    case 'REFRESH_REUSED':
      return usesEnvToken
        ? 'INVITREE_TOKEN is invalid or has expired.'
        : 'Sign in with `invitree login`.';
    case 'CODE_WRONG':
    case 'CODE_EXPIRED':
      return 'Get a new code with `invitree login`.';
    case 'CREDENTIALS_WRONG':
      return 'If you have no password, sign in by phone: `invitree login --phone PHONE`.';
    case 'FORBIDDEN':
      return 'Check your role with `invitree whoami`. An admin or ADMIN_PHONES can make you an admin.';
    case 'ACTIVE_INVITE_CODE_EXISTS':
      return 'Delete it with `invitree code delete`.';
    case 'LAST_ADMIN':
      return 'Promote another admin first: `invitree admin users promote USER`.';
    case 'REAUTHENTICATION_REQUIRED':
      return 'Run this command in a terminal, or sign in again with `invitree login`.';
    case 'PHONE_VERIFICATION_REQUIRED':
      return 'Sign in again with `invitree login` to verify it.';
    case 'INVITE_CODE_LIMIT':
      return 'Leave out --code.';
    case 'NETWORK':
    case 'TIMEOUT':
    case 'UNREADABLE':
      return 'Check the server with `invitree config show`, or choose one with --server.';
    case 'UNAVAILABLE':
      return retryAfter ? `Try again in ${formatSeconds(retryAfter)}.` : undefined;
    default:
      return undefined;
  }
}
