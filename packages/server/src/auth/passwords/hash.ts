import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { bulkhead, isBulkheadRejectedError } from 'cockatiel';
import { DomainError } from '../../core/errors.ts';

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB (in KiB), 2 passes, 1 lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Half of libuv's pool of 4 threads, which file access and DNS lookups also use. */
const CONCURRENCY = 2;
/** About one second of work. Beyond that, hashing fails and the client retries later. */
const MAX_WAITING = 32;

const slots = bulkhead(CONCURRENCY, MAX_WAITING);

/**
 * Registrations and whoever is signed in wait in a line of their own, for one slot of the two. So
 * however many of them there are, sign-ins find a slot and room to wait.
 */
const slotOfOthers = bulkhead(1, MAX_WAITING);

/** Who waits for the comparison of a password: somebody who signs in, or who is signed in. */
export type PasswordLine = 'signIn' | 'signedIn';

const derive = promisify(argon2);

/**
 * Hashes a password to a PHC string, `$argon2id$v=19$m=...,t=...,p=...$salt$hash`.
 * @throws DomainError UNAVAILABLE if too many passwords are waiting
 */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(SALT_BYTES);
  const hash = await hashInTurn('signedIn', {
    message: normalize(password),
    nonce,
    tagLength: HASH_BYTES,
    ...COST,
  });
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(hash)}`;
}

/**
 * True if the password matches the hash. Without a hash it takes as long and returns false, so the
 * time reveals neither whether the account exists nor whether it has a password.
 * @throws DomainError UNAVAILABLE if too many passwords are waiting
 */
export async function verifyPassword(
  hash: string | null | undefined,
  password: string,
  line: PasswordLine = 'signIn',
): Promise<boolean> {
  const { expected, ...parameters } = parse(hash ?? NO_HASH);
  const derived = await hashInTurn(line, {
    message: normalize(password),
    tagLength: expected.length,
    ...parameters,
  });
  return timingSafeEqual(derived, expected) && hash != null;
}

/** An accented letter is one character or two, by keyboard (NIST SP 800-63B-4, 3.1.1.2). */
export function normalize(password: string): string {
  return password.normalize('NFKC');
}

const NO_HASH = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(
  randomBytes(SALT_BYTES),
)}$${base64(randomBytes(HASH_BYTES))}`;

async function hashInTurn(line: PasswordLine, parameters: Argon2Parameters): Promise<Buffer> {
  const inSlot = () => slots.execute(() => derive('argon2id', parameters));
  try {
    return await (line === 'signIn' ? inSlot() : slotOfOthers.execute(inSlot));
  } catch (error) {
    if (isBulkheadRejectedError(error)) throw new DomainError('UNAVAILABLE', { retryAfter: 1 });
    throw error;
  }
}

/** Uses the cost stored in the hash, so hashes of an earlier cost still verify. */
function parse(phc: string) {
  const [, memory, passes, parallelism, salt = '', hash = ''] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(phc) ?? [];
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce: Buffer.from(salt, 'base64'),
    expected: Buffer.from(hash, 'base64'),
  };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
