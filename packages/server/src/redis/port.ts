/** At most `points` in each window of `seconds`, which starts at the first one. */
export interface Limit {
  points: number;
  seconds: number;
}

/** How a key stands with a limit after it took a point, or found none. */
export interface RateLimitResult {
  /** Milliseconds until there is a point again; 0 if there was one. */
  wait: number;
  /** Points left */
  remaining: number;
  /** Milliseconds until the window is over */
  reset: number;
}

export interface RateLimiter {
  /**
   * Takes one point of `key` under the limit `name`.
   * @throws DomainError UNAVAILABLE if the points are kept somewhere out of reach
   */
  consume(name: string, key: string, limit: Limit): Promise<RateLimitResult>;
  /** Gives back a point that was taken. */
  refund(name: string, key: string, limit: Limit): Promise<void>;
  close(): Promise<void>;
}

/** Speaks to every instance, this one too. */
export interface Broadcast {
  /** Messages may get lost on the way: what they are about must come true in time without them. */
  publish(channel: string, message: string): Promise<void>;
  /** @param lost called when messages may have been missed */
  subscribe(channel: string, hear: (message: string) => void, lost: () => void): Promise<void>;
  close(): Promise<void>;
}

/** What one hour counted. */
export interface HourCount {
  /** Hours since 1970 */
  hour: number;
  sent: number;
  verified: number;
}

/** Codes sent and codes entered, by key and hour, for 24 hours; shared like the limits. */
export interface Tally {
  /**
   * Counts a code that is sent, or with -1 takes it back, and reads the key's last 24 hours with that in
   * them, in one step.
   * @param at milliseconds since 1970
   * @throws DomainError UNAVAILABLE if they are kept somewhere out of reach
   */
  sent(key: string, by: 1 | -1, at: number): Promise<HourCount[]>;
  /** Counts a code that was entered. This instance knows at once, others within a second. */
  verified(key: string, at: number): void;
  /** Counts what others do not know of yet. */
  close(): Promise<void>;
}
