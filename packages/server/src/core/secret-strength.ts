import { dictionary } from '@zxcvbn-ts/language-common';

/** Words that placeholders are made of. */
const PLACEHOLDERS = new Set(
  (
    'this that with your must have here before after least characters char change changeme please ' +
    'replace secret secrets random string long very super production development example sample ' +
    'default placeholder application invitree session token minimum only tests'
  ).split(' '),
);

const PLACEHOLDER_BITS = 6;
const WORD_BITS = 12;
const RUN_BITS = 8;

/**
 * Estimates how many bits an attacker has to guess to find a secret. Repeated text, common words
 * and runs such as `aaaa` or `1234` count little; every other character counts as a random choice
 * among those that the secret uses. Random text of 32 characters or more exceeds 80 bits.
 */
export function secretBits(secret: string): number {
  const text = secret.toLowerCase();
  const words = new Set(dictionary['passwords-common']).union(PLACEHOLDERS);
  const literalBits = Math.log2(new Set(secret).size);
  let bits = 0;
  for (let index = 0; index < text.length; ) {
    const repeated = repeatedLength(text, index);
    const word = wordLength(text, index, words);
    const run = runLength(text, index);
    const length = Math.max(repeated, word, run);
    if (length === 0) {
      const isSeenSeparator = /[^a-z0-9]/.test(text.charAt(index)) && seenBefore(text, index, 1);
      bits += isSeenSeparator ? 1 : literalBits;
    } else if (length === run) bits += RUN_BITS;
    else if (length === word)
      bits += PLACEHOLDERS.has(text.slice(index, index + length)) ? PLACEHOLDER_BITS : WORD_BITS;
    else bits += Math.log2(index + 1) + Math.log2(length);
    index += length || 1;
  }
  return bits;
}

/** The length of the longest text at `index` that also occurs before it, if at least 3. */
function repeatedLength(text: string, index: number): number {
  let length = 0;
  while (index + length < text.length && seenBefore(text, index, length + 1)) length++;
  return length >= 3 ? length : 0;
}

/** True if the text occurs earlier; like in LZ77, the earlier occurrence may overlap it. */
function seenBefore(text: string, index: number, length: number): boolean {
  return text.slice(0, index + length - 1).includes(text.slice(index, index + length));
}

function wordLength(text: string, index: number, words: ReadonlySet<string>): number {
  for (let length = Math.min(16, text.length - index); length >= 4; length--)
    if (words.has(text.slice(index, index + length))) return length;
  return 0;
}

/** The length of a run with a constant step, such as `aaaa`, `1234` or `dcba`, if at least 4. */
function runLength(text: string, index: number): number {
  const step = text.charCodeAt(index + 1) - text.charCodeAt(index);
  if (Math.abs(step) > 1) return 0;
  let length = 1;
  while (text.charCodeAt(index + length) - text.charCodeAt(index + length - 1) === step) length++;
  return length >= 4 ? length : 0;
}
