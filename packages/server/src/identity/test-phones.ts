import type { Config } from '../config.ts';
import { findTestPhone } from '../core/test-phone.ts';
import type { Deps } from '../deps.ts';

/** True for a phone in TEST_PHONES: its code is fixed, and nothing is sent to it. */
export function isTestPhone({ config }: Pick<Deps, 'config'>, phone: string): boolean {
  return findTestCode(config, phone) !== undefined;
}

/** The fixed code of a test phone. */
export function findTestCode({ TEST_PHONES }: Config, phone: string): string | undefined {
  return findTestPhone(TEST_PHONES, phone)?.code;
}
