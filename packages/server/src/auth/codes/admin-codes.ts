import sql, { type Sql as Statement } from 'sql-template-tag';
import type { Deps } from '../../deps.ts';
import { findTestCode } from '../../identity/test-phones.ts';

/** Digits of an admin's code in production, whatever CODE_LENGTH is. */
const MIN_ADMIN_CODE_LENGTH = 6;

/** The number of digits of a new code for a phone. */
export async function codeLength(
  { config, database }: Pick<Deps, 'config' | 'database'>,
  phone: string,
): Promise<number> {
  const { production, CODE_LENGTH, ADMIN_PHONES } = config;
  if (!production || CODE_LENGTH >= MIN_ADMIN_CODE_LENGTH) return CODE_LENGTH;
  if (ADMIN_PHONES.includes(phone)) return MIN_ADMIN_CODE_LENGTH;
  const admins = await database.query(sql`select from users where ${isAdmin(phone)}`);
  return admins.length > 0 ? MIN_ADMIN_CODE_LENGTH : CODE_LENGTH;
}

/**
 * SQL condition: this code may be accepted for this phone. In production, the fixed code of a test
 * phone does not prove that somebody is an admin, also not one who got the role after it was issued.
 * @returns undefined if the condition is true
 */
export function unlessTestCodeOfAdmin(
  { config }: Pick<Deps, 'config'>,
  { phone, code }: { phone: string; code: string },
): Statement | undefined {
  if (!config.production || findTestCode(config, phone) !== code) return undefined;
  return sql`not exists (select from users where ${isAdmin(phone)})`;
}

const isAdmin = (phone: string) => sql`phone = ${phone} and role = 'admin'`;
