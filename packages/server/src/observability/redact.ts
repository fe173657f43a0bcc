/** The loggable parts of an error. */
interface LoggedError {
  type: string;
  message: string;
  stack?: string;
  code?: unknown;
  cause?: LoggedError;
}

/**
 * Serializes an error for the log. Other fields are dropped, because they quote rows and parameters
 * (PostgreSQL's `detail` and `where`, Prisma's `meta`). Personal data in texts is redacted.
 */
export function serializeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error))
    return { type: typeof error, message: redactPersonalData(`${error}`) };
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    type: name,
    message: redactPersonalData(message),
    ...(stack && { stack: redactPersonalData(stack) }),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(cause !== undefined && depth < 4 && { cause: serializeError(cause, depth + 1) }),
  };
}

const EMAIL = /[^\s"'<>(),:;=[\]]+@[^\s"'<>(),:;=[\]]+\.[^\s"'<>(),:;=[\]]+/g;
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
/** A refresh token or its hash. */
const TOKEN = /(?<![\w/.-])[\w-]{43,}(?![\w/.-])/g;
/** Seven or more digits, separated only by spaces, dashes and parentheses: `+7 999 123-45-67`. */
const PHONE = /(?<![\w.-])\+?\(?\d(?:[\s()-]{0,2}\d){6,14}(?![\w-])/g;

/**
 * Replaces emails, tokens and phones. Error messages contain them: Prisma quotes the arguments of a
 * failed call, and parsers quote their input.
 */
export function redactPersonalData(text: string): string {
  return text
    .replaceAll(EMAIL, '[email]')
    .replaceAll(JWT, '[token]')
    .replaceAll(TOKEN, '[token]')
    .replaceAll(PHONE, '[phone]');
}
