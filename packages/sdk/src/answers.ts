import type { TRPCClientError } from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import { type ErrorFacts, InvitreeError, isInvitreeError, type Reason } from './errors.ts';

/** What the server says went wrong, in a tRPC error or a REST one. */
interface Failure {
  message: string;
  data: {
    reason: Reason;
    httpStatus: number;
    /** tRPC's own words for the status and the procedure. */
    code?: string;
    path?: string;
  } & Omit<ErrorFacts, 'status' | 'cause'>;
}

/**
 * Reads an answer whole, while its time limit still runs, and tells the server's own from what a
 * network or a proxy makes of it.
 * @throws InvitreeError
 */
export async function readAnswer(fetch: () => Promise<Response>) {
  let response: Response;
  let text: string;
  try {
    response = await fetch();
    text = await response.text();
  } catch (cause) {
    throw unanswered(cause);
  }
  const body = parse(text);
  const { result, error } = (body ?? {}) as { result?: unknown; error?: unknown };
  // A batch that was understood is answered by a list, and each call finds its own answer there.
  if (Array.isArray(body) || (response.ok && result !== undefined))
    return { ok: response.ok, json: async () => body };
  const failure = isFailure(body) ? body : error;
  throw isFailure(failure) ? fromFailure(failure) : foreign(response);
}

/** A call's own failure among a batch's answers. */
export function toInvitreeError(error: TRPCClientError<AnyTRPCRouter>): InvitreeError {
  const failure = { message: error.message, data: error.data as unknown };
  if (isFailure(failure)) return fromFailure(failure);
  return isInvitreeError(error.cause)
    ? error.cause
    : new InvitreeError('UNREADABLE', error.message, { cause: error });
}

export function aborted(signal: AbortSignal): InvitreeError {
  return new InvitreeError('ABORTED', 'The call was given up.', { cause: signal.reason });
}

function unanswered(cause: unknown): InvitreeError {
  switch ((cause as Error | undefined)?.name) {
    case 'TimeoutError':
      return new InvitreeError('TIMEOUT', 'The server did not answer in time.', { cause });
    case 'AbortError':
      return new InvitreeError('ABORTED', 'The call was given up.', { cause });
    default:
      return new InvitreeError('NETWORK', 'The server could not be reached.', { cause });
  }
}

function fromFailure({ message, data }: Failure): InvitreeError {
  const { reason, httpStatus, code: _code, path: _path, ...facts } = data;
  return new InvitreeError(reason, message, { ...facts, status: httpStatus });
}

/** A proxy's answer: its status is all there is to go by. */
function foreign({ status, headers }: Response): InvitreeError {
  const reason =
    status === 429 ? 'RATE_LIMITED' : UNAVAILABLE.has(status) ? 'UNAVAILABLE' : 'UNREADABLE';
  const retryAfter = readRetryAfter(headers.get('retry-after'));
  return new InvitreeError(reason, `The answer with status ${status} is not from Invitree.`, {
    status,
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

const UNAVAILABLE = new Set([502, 503, 504]);

/** Seconds, or a date (RFC 9110, 10.2.3). */
function readRetryAfter(text: string | null): number | undefined {
  if (!text) return undefined;
  const seconds = Number(text);
  const wait = Number.isNaN(seconds) ? Math.ceil((Date.parse(text) - Date.now()) / 1000) : seconds;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function isFailure(value: unknown): value is Failure {
  const { data } = (value ?? {}) as Partial<Failure>;
  return typeof data === 'object' && typeof data?.reason === 'string';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
