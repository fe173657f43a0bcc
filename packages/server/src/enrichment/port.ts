/** `undeliverable` and `disposable` emails are refused at sign-up. */
export type EmailVerdict = 'deliverable' | 'risky' | 'unknown' | 'undeliverable' | 'disposable';

/** Checks whether an email address accepts mail. */
export interface EmailVerifier {
  /** Rejects if the service gives no valid response. */
  verify(email: string): Promise<EmailVerdict>;
}

/** Public information about the person behind an email address. */
export interface Person {
  fullName: string | null;
  bio: string | null;
  location: string | null;
  avatar: string | null;
  site: string | null;
  employer: string | null;
  jobTitle: string | null;
}

export interface PersonFinder {
  /** Returns null if no such person is found. Rejects if the service gives no valid response. */
  find(email: string): Promise<Person | null>;
}
