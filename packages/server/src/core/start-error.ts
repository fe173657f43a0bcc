/** The server cannot start, and the operator can fix it. The message is shown without a stack trace. */
export class StartError extends Error {
  override name = 'StartError';
}
