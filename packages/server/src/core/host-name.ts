/**
 * The host of a `Host` header, in lower case and without its port. IPv6 addresses keep their
 * brackets.
 * @returns undefined if the header is not of the form that RFC 9110, section 7.2 requires
 */
export function hostName(header: string): string | undefined {
  return HOST.exec(header.toLowerCase())?.[1];
}

/** A DNS name has at most 253 characters (RFC 1035, section 2.3.4). */
const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(?::\d{1,5})?$/;
