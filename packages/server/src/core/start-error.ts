/** The start cannot go on, for a reason that an operator can mend: the message says all there is to say. */
export class StartError extends Error {
  override name = 'StartError';
}
