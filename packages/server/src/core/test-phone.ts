/** A phone, or a prefix of phones, with a fixed one-time code. */
export interface TestPhone {
  /** E.164, or a prefix followed by `*` */
  phone: string;
  code: string;
}

/** The entry for a phone. An exact match takes precedence over a prefix. */
export function findTestPhone(
  testPhones: readonly TestPhone[],
  phone: string,
): TestPhone | undefined {
  const exact = testPhones.find((test) => test.phone === phone);
  const prefix = testPhones.find(
    (test) => test.phone.endsWith('*') && phone.startsWith(test.phone.slice(0, -1)),
  );
  return exact ?? prefix;
}
