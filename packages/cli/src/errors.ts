import type { InvitreeError, Reason } from '@invitree/sdk';
import { hintFor } from './hints.ts';
import type { Io } from './io.ts';
import type { ErrorReport, Output } from './output/output.ts';

/** Thrown when a command was called incorrectly. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Thrown when a command finished with problems that it has already printed. */
export class IncompleteError extends Error {
  override name = 'IncompleteError';
}

/** Thrown when the user presses Ctrl-C. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';
}

const UNREACHABLE = new Set<Reason>(['NETWORK', 'TIMEOUT', 'UNREADABLE', 'UNAVAILABLE']);

export function exitCodeOf(error: unknown): 1 | 2 | 3 | 130 {
  if (error instanceof InterruptedError) return 130;
  if (error instanceof UsageError) return 2;
  if (isInvitreeError(error) && UNREACHABLE.has(error.reason)) return 3;
  return 1;
}

/** Prints an error to stderr, with a hint about the next step. */
export function reportError(error: unknown, { env }: Io, out: Output): void {
  if (error instanceof InterruptedError) out.info('Interrupted.');
  else if (error instanceof IncompleteError) out.info(error.message);
  else out.error(toReport(error as Error, env['INVITREE_TOKEN'] !== undefined));
}

function toReport(error: Error, usesEnvToken: boolean): ErrorReport {
  const { message } = error;
  if (error instanceof UsageError) return { message, hint: error.hint };
  if (!isInvitreeError(error)) return { message };
  const { reason, requestId, issues } = error;
  const details = issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return {
    message: [message, ...details].join('\n  '),
    reason,
    hint: hintFor(error, usesEnvToken),
    ...(reason === 'INTERNAL' && { requestId }),
  };
}

/** Matches by name, so that only commands that call the server load the SDK. */
function isInvitreeError(error: unknown): error is InvitreeError {
  return error instanceof Error && error.name === 'InvitreeError';
}
