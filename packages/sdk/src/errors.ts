import type { ErrorData, ServerReason } from './generated/api.ts';

/**
 * Why a call failed: stable, to switch on. The server's own reasons, and four for answers that did
 * not come from it:
 * - `NETWORK` nothing came back: whether the server got the request is not known
 * - `TIMEOUT` nothing came back in time: likewise
 * - `ABORTED` the call's signal gave it up
 * - `UNREADABLE` something answered that is no Invitree server
 */
export type Reason = ServerReason | 'NETWORK' | 'TIMEOUT' | 'ABORTED' | 'UNREADABLE';

/** What is wrong where in the input. */
export interface Issue {
  /** As in `['limit']` */
  path: (string | number)[];
  message: string;
}

/** What some reasons carry: `isInvitreeError(error, reason)` and `error.is(reason)` narrow to it. */
export interface ReasonData {
  CODE_WRONG: {
    /** Wrong tries left for this code. */
    attemptsLeft: number;
  };
  ALREADY_ACTIVATED: {
    /** The invite code in force. */
    inviteCode: string;
    /** When it was activated, ISO 8601 in UTC. */
    activatedAt: string;
  };
  RATE_LIMITED: { retryAfter: number };
  CODE_ATTEMPTS_EXCEEDED: { retryAfter: number };
}

/** An InvitreeError of this reason. */
export type ErrorOf<R extends Reason> = InvitreeError & { reason: R } & (R extends keyof ReasonData
    ? ReasonData[R]
    : unknown);

/** What an error is made of. */
export interface ErrorFacts extends ErrorData {
  status?: number | undefined;
  requestId?: string | undefined;
  issues?: Issue[] | undefined;
  cause?: unknown;
}

/** With what its reason carries: `retryAfter` in whole seconds, and so on. */
export interface InvitreeError extends Readonly<ErrorData> {}

/** The one error that calls reject with. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the fields merged in are all optional
export class InvitreeError extends Error {
  override readonly name = 'InvitreeError';
  readonly reason: Reason;
  /** HTTP status; undefined when nothing came back. */
  readonly status: number | undefined;
  /** Names the request in the server's log. */
  readonly requestId: string | undefined;
  /** INPUT_INVALID: what is wrong where; else empty. */
  readonly issues: readonly Issue[];

  constructor(reason: Reason, message: string, facts: ErrorFacts = {}) {
    const { status, requestId, issues = [], cause, ...carried } = facts;
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.status = status;
    this.requestId = requestId;
    this.issues = issues;
    Object.assign(this, carried);
  }

  /** Narrows to what this reason carries: `if (error.is('CODE_WRONG')) error.attemptsLeft`. */
  is<R extends Reason>(reason: R): this is ErrorOf<R> {
    return this.reason === reason;
  }
}

/**
 * Whether a caught value is an InvitreeError, of this reason if one is given. By name rather than by
 * class, so that it holds between two copies of this package.
 */
export function isInvitreeError(error: unknown): error is InvitreeError;
export function isInvitreeError<R extends Reason>(error: unknown, reason: R): error is ErrorOf<R>;
export function isInvitreeError(error: unknown, reason?: Reason): boolean {
  return (
    error instanceof Error &&
    error.name === 'InvitreeError' &&
    (reason === undefined || (error as InvitreeError).reason === reason)
  );
}
