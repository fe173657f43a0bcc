/** What of an error goes into the log. */
interface LoggedError {
  type: string;
  message: string;
  stack?: string;
  code?: unknown;
  cause?: LoggedError;
}

/**
 * An error as the log may keep it: only the fields named here, for others quote rows and parameters
 * (PostgreSQL's `detail` and `where`, Prisma's `meta`), and no personal data inside of the texts.
 */
export function describeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error))
    return { type: typeof error, message: withoutPersonal(`${error}`) };
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    type: name,
    message: withoutPersonal(message),
    ...(stack && { stack: withoutPersonal(stack) }),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(cause !== undefined && depth < 4 && { cause: describeError(cause, depth + 1) }),
  };
}

const EMAIL = /[^\s"'<>(),:;=[\]]+@[^\s"'<>(),:;=[\]]+\.[^\s"'<>(),:;=[\]]+/g;
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
/** A refresh token, or a hash of one. */
const TOKEN = /(?<![\w/.-])[\w-]{43,}(?![\w/.-])/g;
/** `+7 999 123-45-67`, or seven digits and more with nothing but blanks and dashes between them. */
const PHONE = /(?<![\w.-])\+?\(?\d(?:[\s()-]{0,2}\d){6,14}(?![\w-])/g;

/** Prisma names the arguments of a call that failed, and libraries quote what they choke on. */
export function withoutPersonal(text: string): string {
  return text
    .replaceAll(EMAIL, '[email]')
    .replaceAll(JWT, '[token]')
    .replaceAll(TOKEN, '[token]')
    .replaceAll(PHONE, '[phone]');
}
