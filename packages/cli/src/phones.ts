/** `+79991234567` as `+7 999 123 45 67`. */
export async function formatPhone(phone: string): Promise<string> {
  // Loaded where a phone is shown alone: the metadata of all countries takes some milliseconds.
  const { default: parsePhoneNumber } = await import('libphonenumber-js/min');
  return parsePhoneNumber(phone)?.formatInternational() ?? phone;
}
