import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';

/** Sees through look-alike letters and digits too: the list and the resemblances are obscenity's. */
const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** Whether a code may be printed on a poster. A word spelled with hyphens is read as the word. */
export function isClean(code: string): boolean {
  return !matcher.hasMatch(code.replaceAll(/(?<=\b\w)-(?=\w\b)/g, ''));
}
