import type { TokenStorage, Tokens } from '../src/index.ts';

/** A storage that several clients can share. Each `load` returns its own copy, as JSON would. */
export function sharedStorage(more: Partial<TokenStorage> = {}) {
  const shared: TokenStorage & { text: string } = {
    text: 'null',
    load: () => JSON.parse(shared.text) as Tokens | null,
    save(tokens) {
      shared.text = JSON.stringify(tokens);
    },
    ...more,
  };
  return shared;
}
