import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';

/** The package builds the set anew in each call. */
const listed = disposableEmailBlocklistSet();

/** True if an email belongs to a disposable email service, or to a subdomain of one. */
export function isThrowawayEmail(email: string): boolean {
  const labels = email.slice(email.lastIndexOf('@') + 1).split('.');
  return labels.some((_, n) => listed.has(labels.slice(n).join('.')));
}
