import { createHmac } from 'node:crypto';
import sql, { type Sql as Statement } from 'sql-template-tag';

/** Bound to its phone and its purpose: nothing read in the database fits elsewhere. */
export function codeMac(key: Buffer, phone: string, code: string): Buffer {
  const PURPOSE = 'verify-phone';
  return createHmac('sha256', key).update([PURPOSE, phone, code].join('\0')).digest();
}

/** What is kept of a code: salted, so that it looks different each time. */
export function hashed(mac: Buffer, challengeId: Statement): Statement {
  return sql`sha256(uuid_send(${challengeId}) || ${mac}::bytea)`;
}
