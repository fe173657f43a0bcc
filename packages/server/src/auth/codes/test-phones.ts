import type { Config } from '../../config.ts';
import type { Deps } from '../../deps.ts';

/** True for a phone in TEST_PHONES: its code is fixed, and nothing is sent to it. */
export function isTestPhone({ config }: Pick<Deps, 'config'>, phone: string): boolean {
  return findTestCode(config, phone) !== undefined;
}

/** The fixed code of a test phone. An exact match takes precedence over a prefix. */
export function findTestCode({ TEST_PHONES }: Config, phone: string): string | undefined {
  const exact = TEST_PHONES.find((test) => test.phone === phone);
  const prefix = TEST_PHONES.find(
    (test) => test.phone.endsWith('*') && phone.startsWith(test.phone.slice(0, -1)),
  );
  return (exact ?? prefix)?.code;
}
