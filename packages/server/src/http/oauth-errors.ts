import { DomainError, type Reason } from '../core/errors.ts';
import { errorMessage } from '../core/messages.ts';

/** The codes of RFC 6749, 5.2, and the two of 4.1.2.1 for failures of the server itself. */
type OauthCode =
  | 'invalid_request'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'temporarily_unavailable'
  | 'server_error';

/** Thrown for requests that violate the OAuth protocol. */
export class OauthError extends Error {
  override name = 'OauthError';
  readonly code: OauthCode;

  /** @param message ASCII without `"` and `\`, as error_description requires (RFC 6749, 5.2) */
  constructor(code: OauthCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Every other reason is about the grant: `invalid_grant` with status 400. */
const EXCEPTIONS: Partial<Record<Reason, { code: OauthCode; status: number }>> = {
  INPUT_INVALID: { code: 'invalid_request', status: 400 },
  RATE_LIMITED: { code: 'temporarily_unavailable', status: 429 },
  CODE_ATTEMPTS_EXCEEDED: { code: 'temporarily_unavailable', status: 429 },
  UNAVAILABLE: { code: 'temporarily_unavailable', status: 503 },
};

interface OauthErrorResponse {
  status: number;
  /** In whole seconds. */
  retryAfter?: number | undefined;
  /** `reason` is an extension: the same stable code as in the rest of the API. */
  body: { error: OauthCode; error_description: string; reason?: Reason };
}

/** Converts any error to an error response of RFC 6749, 5.2. */
export function describeOauthError(error: unknown): OauthErrorResponse {
  if (error instanceof OauthError) return errorResponse(400, error.code, error.message);
  if (error instanceof DomainError) {
    const { reason, data } = error;
    const { code, status } = EXCEPTIONS[reason] ?? { code: 'invalid_grant', status: 400 };
    const { body } = errorResponse(status, code, errorMessage('en', reason, data));
    return { status, retryAfter: data.retryAfter, body: { ...body, reason } };
  }
  const { statusCode = 500 } = error as { statusCode?: number };
  if (statusCode < 500)
    return errorResponse(
      statusCode === 413 ? 413 : 400,
      'invalid_request',
      'Send the parameters as a form',
    );
  return errorResponse(500, 'server_error', errorMessage('en', 'INTERNAL'));
}

function errorResponse(
  status: number,
  error: OauthCode,
  error_description: string,
): OauthErrorResponse {
  return { status, body: { error, error_description } };
}
