import type { TRPCClientError } from '@trpc/client';
import type { AnyTRPCRouter } from '@trpc/server';
import { type ErrorDetails, InvitreeError, isInvitreeError, type Reason } from './errors.ts';

/** The server's error, in the shape that tRPC and REST share. */
interface ErrorBody {
  message: string;
  data: {
    reason: Reason;
    httpStatus: number;
    /** Added by tRPC. */
    code?: string;
    /** Added by tRPC. */
    path?: string;
  } & Omit<ErrorDetails, 'status' | 'cause'>;
}

/**
 * Fetches and parses a response. Reads the whole body here, so that the request's timeout covers it
 * and a response from a proxy is never mistaken for one from the server.
 * @throws InvitreeError
 */
export async function readResponse(fetch: () => Promise<Response>) {
  let response: Response;
  let text: string;
  try {
    response = await fetch();
    text = await response.text();
  } catch (cause) {
    throw networkError(cause);
  }
  const body = parse(text);
  const { result, error } = (body ?? {}) as { result?: unknown; error?: unknown };
  // The response to a batch is a list, in which each call finds its own result or error.
  if (Array.isArray(body) || (response.ok && result !== undefined))
    return { ok: response.ok, json: async () => body };
  const errorBody = isErrorBody(body) ? body : error;
  throw isErrorBody(errorBody) ? fromErrorBody(errorBody) : unexpectedResponse(response);
}

/** Converts the error that tRPC throws for a single call of a batch. */
export function toInvitreeError(error: TRPCClientError<AnyTRPCRouter>): InvitreeError {
  const body = { message: error.message, data: error.data as unknown };
  if (isErrorBody(body)) return fromErrorBody(body);
  return isInvitreeError(error.cause)
    ? error.cause
    : new InvitreeError('UNREADABLE', error.message, { cause: error });
}

/** Creates the ABORTED error. Its `cause` is the signal's reason or fetch's AbortError. */
export function abortedError(cause: unknown): InvitreeError {
  return new InvitreeError('ABORTED', 'The call was aborted.', { cause });
}

function networkError(cause: unknown): InvitreeError {
  switch ((cause as Error | undefined)?.name) {
    case 'TimeoutError':
      return new InvitreeError('TIMEOUT', 'The server did not respond in time.', { cause });
    case 'AbortError':
      return abortedError(cause);
    default:
      return new InvitreeError('NETWORK', 'The server could not be reached.', { cause });
  }
}

function fromErrorBody({ message, data }: ErrorBody): InvitreeError {
  const { reason, httpStatus, code: _code, path: _path, ...details } = data;
  return new InvitreeError(reason, message, { ...details, status: httpStatus });
}

/** Creates the error for a response from a proxy. Only its status and headers are meaningful. */
function unexpectedResponse({ status, headers }: Response): InvitreeError {
  const reason =
    status === 429 ? 'RATE_LIMITED' : UNAVAILABLE.has(status) ? 'UNAVAILABLE' : 'UNREADABLE';
  const retryAfter = parseRetryAfter(headers.get('retry-after'));
  const message = `The response with status ${status} did not come from an Invitree server.`;
  return new InvitreeError(reason, message, {
    status,
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

/** Statuses with which a proxy reports that the server behind it is down. */
const UNAVAILABLE = new Set([502, 503, 504]);

/** Returns the seconds to wait. The header holds seconds or a date (RFC 9110, section 10.2.3). */
function parseRetryAfter(header: string | null): number | undefined {
  if (!header) return undefined;
  const number = Number(header);
  const seconds = Number.isNaN(number)
    ? Math.ceil((Date.parse(header) - Date.now()) / 1000)
    : number;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function isErrorBody(value: unknown): value is ErrorBody {
  const { data } = (value ?? {}) as Partial<ErrorBody>;
  return typeof data === 'object' && typeof data?.reason === 'string';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
