import type { Config } from '../../config.ts';
import type { Deps } from '../../deps.ts';

/** One of TEST_PHONES: its code is fixed, and nothing is sent. */
export function isTestPhone({ config }: Pick<Deps, 'config'>, phone: string): boolean {
  return findTestCode(config, phone) !== undefined;
}

/** A phone named in full goes before a range of them. */
export function findTestCode({ TEST_PHONES }: Config, phone: string): string | undefined {
  const named = TEST_PHONES.find((test) => test.phone === phone);
  const range = TEST_PHONES.find(
    (test) => test.phone.endsWith('*') && phone.startsWith(test.phone.slice(0, -1)),
  );
  return (named ?? range)?.code;
}
