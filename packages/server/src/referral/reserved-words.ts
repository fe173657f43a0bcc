/** Words with which an invite code could pass for the service itself. */
export const RESERVED_WORDS = [
  ...['ADMIN', 'ADMINISTRATOR', 'MODERATOR', 'ROOT', 'SYSTEM', 'STAFF', 'TEAM'],
  ...['SUPPORT', 'HELP', 'HELPDESK', 'SERVICE', 'SECURITY', 'VERIFY', 'BILLING'],
  ...['OFFICIAL', 'INVITREE', 'BONUS', 'TEST', 'NULL', 'UNDEFINED'],
];

/**
 * True if a normalized code consists of reserved words (`ADMIN`, `INVITREEHELP`), contains one as a
 * word of its own (`ADMIN-2026`, `ADMIN1`), or spells one with hyphens or look-alike digits
 * (`A-D-M-I-N`, `5UPP0RT`).
 */
export function isReserved(code: string, words: readonly string[]): boolean {
  const reserved = words.map((word) => skeleton(word.toUpperCase())).filter(Boolean);
  const candidates = [code.replaceAll('-', ''), ...code.split('-')].flatMap((text) => [
    text,
    text.replace(/^\d+|\d+$/g, ''),
  ]);
  // A number spells a word only by chance.
  return candidates.some((text) => /[A-Z]/.test(text) && consistsOf(reserved, skeleton(text)));
}

/** Codes have at most 20 characters, so this is quick. */
function consistsOf(words: readonly string[], text: string): boolean {
  return words.some(
    (word) =>
      text === word || (text.startsWith(word) && consistsOf(words, text.slice(word.length))),
  );
}

const LOOK_ALIKES: Record<string, string> = {
  '0': 'O',
  '1': 'I',
  L: 'I',
  '3': 'E',
  '4': 'A',
  '5': 'S',
  '7': 'T',
  '8': 'B',
};

/** Maps characters that look alike to one of them, as in Unicode's confusables (UTS #39). */
function skeleton(text: string): string {
  return text.replace(/[0134578L]/g, (character) => LOOK_ALIKES[character] ?? character);
}
