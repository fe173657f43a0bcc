import { DomainError, type Reason } from '../core/errors.ts';
import { errorMessage } from '../core/messages.ts';

/** RFC 6749, 5.2, and the two of 4.1.2.1 that a server needs for its own failures. */
type OauthCode =
  | 'invalid_request'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'temporarily_unavailable'
  | 'server_error';

/** A request that OAuth itself refuses. */
export class OauthError extends Error {
  override name = 'OauthError';
  readonly code: OauthCode;

  /** @param message ASCII without `"` and `\`, as error_description must be */
  constructor(code: OauthCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What is wrong with the user's own request, rather than with the grant. */
const OTHERWISE: Partial<Record<Reason, { code: OauthCode; status: number }>> = {
  INPUT_INVALID: { code: 'invalid_request', status: 400 },
  RATE_LIMITED: { code: 'temporarily_unavailable', status: 429 },
  CODE_ATTEMPTS_EXCEEDED: { code: 'temporarily_unavailable', status: 429 },
  UNAVAILABLE: { code: 'temporarily_unavailable', status: 503 },
};

interface OauthAnswer {
  status: number;
  /** Whole seconds */
  retryAfter?: number | undefined;
  /** `reason` is ours, and stable. */
  body: { error: OauthCode; error_description: string; reason?: Reason };
}

/** Any error as RFC 6749 wants it answered. */
export function describeOauthError(error: unknown): OauthAnswer {
  if (error instanceof OauthError) return answer(400, error.code, error.message);
  if (error instanceof DomainError) {
    const { reason, data } = error;
    const { code, status } = OTHERWISE[reason] ?? { code: 'invalid_grant', status: 400 };
    const { body } = answer(status, code, errorMessage('en', reason, data));
    return { status, retryAfter: data.retryAfter, body: { ...body, reason } };
  }
  const { statusCode = 500 } = error as { statusCode?: number };
  if (statusCode < 500)
    return answer(statusCode === 413 ? 413 : 400, 'invalid_request', 'Send a form');
  return answer(500, 'server_error', errorMessage('en', 'INTERNAL'));
}

function answer(status: number, error: OauthCode, error_description: string): OauthAnswer {
  return { status, body: { error, error_description } };
}
