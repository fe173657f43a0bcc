import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Sql as Statement } from 'sql-template-tag';
import type { AccessTokens } from './auth/access-tokens.ts';
import type { Config } from './config.ts';
import type { CounterLabel, CounterName, GaugeName } from './counters.ts';
import { DomainError, type Reason } from './errors.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import type { CodeCache } from './referral/code-cache.ts';
import type { Secrets } from './secrets.ts';

/** Sends one statement, prepared under its own name; values travel apart from the text. */
export interface Sql {
  query<Row>(statement: Statement): Promise<Row[]>;
}

export interface Database extends Sql {
  /** For what is not hot and needs no condition in the write; the rest is SQL. */
  readonly prisma: PrismaClient;
  /** PostgreSQL's version and where it runs, for the start-up message. */
  readonly description: string;
  /** For metrics. */
  readonly health: DatabaseHealth;
  /**
   * Runs `work` in a transaction. A deadlock, a serialization failure, a Retry, or a connection lost
   * before COMMIT was sent runs it again from its beginning, so `work` must have no effect outside of
   * `tx`. One lost at COMMIT may or may not have been done: that is UNAVAILABLE.
   */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface DatabaseHealth {
  /** Whether the last that needed it found it. */
  readonly up: boolean;
  /** Of this instance's pool; `waiting` are those who wait for one. */
  readonly connections: { open: number; idle: number; waiting: number };
}

/** Thrown inside a transaction whose premises have changed since it read them. */
export class Retry extends Error {
  override name = 'Retry';
}

/** A refusal that leaves a trace: the transaction is rolled back, and then `record` is run. */
export class RecordedRefusal extends DomainError {
  readonly record: Statement;

  constructor(reason: Reason, record: Statement) {
    super(reason);
    this.record = record;
  }
}

export interface SmsSender {
  /** For logs and metrics, as in `twilio`. */
  readonly name: string;
  /**
   * Resolves when the provider has taken the message. A sender may leave `signal` alone: the delivery
   * stops waiting by itself.
   * @throws SmsFailure, or whatever its library throws if nobody answered
   */
  send(message: SmsMessage, signal: AbortSignal): Promise<void>;
}

export interface SmsMessage {
  /** The same for every try at one message: providers that know it send no second one. */
  id: string;
  /** E.164 */
  to: string;
  text: string;
}

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

/** A provider's answer that is no success. The message is for the log, so it quotes nothing. */
export class SmsFailure extends Error {
  override name = 'SmsFailure';
  /** Whether the same provider would refuse the same message again. */
  readonly permanent: boolean;

  constructor(message: string, permanent: boolean) {
    super(message);
    this.permanent = permanent;
  }
}

/** Takes messages at once and sees to it that they are sent. */
export interface SmsDelivery {
  /** Whether as many wait as may. */
  readonly full: boolean;
  /** @param log where the outcome is told, beside the metrics */
  deliver(message: SmsToDeliver, log?: FastifyBaseLogger): void;
  /** Sends what waits, as far as there is time for it. */
  close(): Promise<void>;
}

export interface SmsToDeliver {
  /** E.164 */
  to: string;
  text: string;
  /** After this it would be of no use. */
  expiresAt: Date;
}

/** Counts what happens, for the operator. */
export interface Metrics {
  count<Name extends CounterName>(
    name: Name,
    labels: Record<CounterLabel<Name>, string>,
    by?: number,
  ): void;
  /** One call of a procedure. */
  observe(call: ProcedureCall): void;
  /** Reads figures whenever they are collected: a number for each value of the gauge's label. */
  measure(name: GaugeName, read: () => Record<string, number>): void;
  /** Prometheus' text format, and its content type. */
  read(): Promise<{ text: string; type: string }>;
}

interface ProcedureCall {
  /** As in `auth.verifyCode` */
  procedure: string;
  face: 'rest' | 'trpc';
  /** OK, or why it failed */
  reason: Reason | 'OK';
  seconds: number;
}

/** Where the time of a request goes, for those who have asked for it. */
export interface Tracing {
  /** A part of a request. `note` adds to what is known of it. */
  span<T>(
    name: string,
    attributes: Record<string, string>,
    work: (note: (attributes: Record<string, string>) => void) => Promise<T>,
  ): Promise<T>;
  /** A span for each request, under the one that its traceparent names (W3C Trace Context). */
  serve(app: FastifyInstance): void;
}

/** At most `points` in each window of `seconds`, which starts at the first one. */
export interface Limit {
  points: number;
  seconds: number;
}

/** How a key stands with a limit after it took a point, or found none. */
export interface Taken {
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
  take(name: string, key: string, limit: Limit): Promise<Taken>;
  /** Gives back a point that was taken. */
  giveBack(name: string, key: string, limit: Limit): Promise<void>;
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

/** Milliseconds since 1970, as Date.now: tests set it. */
type Clock = () => number;

/** What rules may use of the world. */
export interface Deps {
  config: Config;
  database: Database;
  /** For reads that may be a moment old, never for what a write or an access depends on. The replica, or `database`. */
  replica: Database;
  limiter: RateLimiter;
  codeCache: CodeCache;
  tally: Tally;
  sms: SmsDelivery;
  metrics: Metrics;
  /** Only where traces are wanted. */
  tracing?: Tracing | undefined;
  clock: Clock;
  secrets: Secrets;
  accessTokens: AccessTokens;
  log: FastifyBaseLogger;
  /** Outside help, where the operator has asked for it. */
  emailVerifier?: EmailVerifier | undefined;
  personFinder?: PersonFinder | undefined;
}
