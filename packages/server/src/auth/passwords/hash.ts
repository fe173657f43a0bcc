import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { DomainError } from '../../core/errors.ts';

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB (in KiB), 2 passes, 1 lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Hashing runs on libuv's pool of 4 threads, which files and name look-ups use too: half of it stays theirs. */
const AT_ONCE = 2;
/** About a second's worth; whoever comes later is asked to come again. */
const WAITING = 32;

const turn = pLimit(AT_ONCE);
const derive = promisify(argon2);

/**
 * A password's hash as a PHC string, `$argon2id$v=19$m=...,t=...,p=...$salt$hash`.
 * @throws DomainError UNAVAILABLE when too many are being hashed
 */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(SALT_BYTES);
  const hash = await hashInTurn({
    message: normalize(password),
    nonce,
    tagLength: HASH_BYTES,
    ...COST,
  });
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(hash)}`;
}

/**
 * Whether the password is the one. Without a hash it takes as long and is false: the time does not
 * tell whether there is an account, nor whether it has a password.
 * @throws DomainError UNAVAILABLE when too many are being hashed
 */
export async function verifyPassword(hash: string | null | undefined, password: string) {
  const { expected, ...parameters } = parse(hash ?? NO_HASH);
  const derived = await hashInTurn({
    message: normalize(password),
    tagLength: expected.length,
    ...parameters,
  });
  return timingSafeEqual(derived, expected) && hash != null;
}

/** One keyboard writes an accented letter as one character, another as two (NIST SP 800-63B-4, 3.1.1.2). */
export function normalize(password: string): string {
  return password.normalize('NFKC');
}

const NO_HASH = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${base64(
  randomBytes(SALT_BYTES),
)}$${base64(randomBytes(HASH_BYTES))}`;

async function hashInTurn(parameters: Argon2Parameters): Promise<Buffer> {
  if (turn.pendingCount >= WAITING) throw new DomainError('UNAVAILABLE', { retryAfter: 1 });
  return turn(() => derive('argon2id', parameters));
}

/** The cost is the hash's own: those of an older cost still verify. */
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
