import { dictionary } from '@zxcvbn-ts/language-common';
import { normalize } from './hash.ts';

/** The 49,000 passwords most often found in published breaches, in lower case. */
const COMMON = new Set(dictionary['passwords-common']);

/** Words that an attacker of this account tries first (NIST SP 800-63B-4, 3.1.1.2). */
interface PersonalWords {
  email?: string | null | undefined;
  displayName?: string | null | undefined;
}

/** True if a password is among those that an attacker guesses first. */
export function isCommonPassword(
  password: string,
  { email, displayName }: PersonalWords = {},
): boolean {
  const text = normalize(password).toLowerCase();
  const personal = [email, email?.split('@')[0], displayName, 'invitree'];
  return (
    COMMON.has(text) ||
    new Set(text).size === 1 ||
    personal.some((word) => word && normalize(word).toLowerCase() === text)
  );
}
