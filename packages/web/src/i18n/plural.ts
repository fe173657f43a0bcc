/** `plural('en', { one: 'person', other: 'people' })(2)` returns `2 people`. */
export function plural(locale: string, forms: Partial<Record<Intl.LDMLPluralRule, string>>) {
  const rules = new Intl.PluralRules(locale);
  const format = new Intl.NumberFormat(locale);
  return (count: number) => `${format.format(count)} ${forms[rules.select(count)]}`;
}
