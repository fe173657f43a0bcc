import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';

/** Obscenity's transformers also catch look-alike letters and digits. */
const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** True if a code contains no profanity. A word spelled with hyphens counts as the word. */
export function isClean(code: string): boolean {
  return !matcher.hasMatch(code.replaceAll(/(?<=\b\w)-(?=\w\b)/g, ''));
}
