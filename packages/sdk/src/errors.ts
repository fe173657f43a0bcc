import type { ErrorData, ServerReason } from './generated/api.ts';

/**
 * Why a call failed. Reasons are stable: switch on them. They are the server's own, and:
 * - `NETWORK`: no response arrived. The server may have processed the request.
 * - `TIMEOUT`: no response arrived in time. The server may have processed the request.
 * - `ABORTED`: the call's `signal` was aborted.
 * - `UNREADABLE`: the response did not come from an Invitree server.
 */
export type Reason = ServerReason | 'NETWORK' | 'TIMEOUT' | 'ABORTED' | 'UNREADABLE';

/** One problem with the input. */
export interface Issue {
  /** Path to the invalid field, for example `['limit']`. */
  path: (string | number)[];
  /** Explanation for the user, in the client's `locale`. */
  message: string;
}

/**
 * Data that comes with a reason. `isInvitreeError(error, reason)` and `error.is(reason)` narrow the
 * error to it.
 */
export interface ReasonData {
  CODE_WRONG: {
    /** Guesses left for this one-time code. */
    attemptsLeft: number;
  };
  ALREADY_ACTIVATED: {
    /** The invite code that the user activated. */
    inviteCode: string;
    /** When it was activated, ISO 8601 in UTC. */
    activatedAt: string;
  };
  RATE_LIMITED: {
    /** Whole seconds to wait before the next attempt. */
    retryAfter: number;
  };
  CODE_ATTEMPTS_EXCEEDED: {
    /** Whole seconds to wait before the next attempt. */
    retryAfter: number;
  };
}

/** An `InvitreeError` with a given reason and the data that comes with it. */
export type ErrorOf<R extends Reason> = InvitreeError & { reason: R } & (R extends keyof ReasonData
    ? ReasonData[R]
    : unknown);

/** Everything about an error besides its reason and message. */
export interface ErrorDetails extends ErrorData {
  status?: number | undefined;
  requestId?: string | undefined;
  issues?: Issue[] | undefined;
  cause?: unknown;
}

/** Declares the data of all reasons as optional fields. `is` narrows to those of one reason. */
export interface InvitreeError extends Readonly<ErrorData> {}

/** The error that every method rejects with. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the merged fields are all optional
export class InvitreeError extends Error {
  override readonly name = 'InvitreeError';
  /** Stable code to switch on. */
  readonly reason: Reason;
  /** HTTP status; undefined if no response arrived. */
  readonly status: number | undefined;
  /** Identifies the request in the server's log; undefined if the error is not from the server. */
  readonly requestId: string | undefined;
  /** `INPUT_INVALID`: the invalid fields. Empty for other reasons. */
  readonly issues: readonly Issue[];

  /** @param message explanation for the user; the server's are in the client's `locale` */
  constructor(reason: Reason, message: string, details: ErrorDetails = {}) {
    const { status, requestId, issues = [], cause, ...data } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.status = status;
    this.requestId = requestId;
    this.issues = issues;
    Object.assign(this, data);
  }

  /**
   * True if the error has this reason. Narrows it to the data that comes with the reason.
   * @example if (error.is('CODE_WRONG')) console.log(error.attemptsLeft);
   */
  is<R extends Reason>(reason: R): this is ErrorOf<R> {
    return this.reason === reason;
  }
}

/**
 * True if a caught value is an `InvitreeError`, with this reason if one is given. Compares names
 * instead of classes, so that it works across two installed copies of this package.
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
