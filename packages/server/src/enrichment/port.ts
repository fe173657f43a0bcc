export type EmailVerdict = 'deliverable' | 'risky' | 'unknown' | 'undeliverable' | 'disposable';

/** Knows whether an email can be written to. */
export interface EmailVerifier {
  /** Rejects if there is no answer. */
  verify(email: string): Promise<EmailVerdict>;
}

/** What is publicly known of the person behind an email. */
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
  /** Rejects if there is no answer; null if nobody is known. */
  find(email: string): Promise<Person | null>;
}
