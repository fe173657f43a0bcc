import { createHmac } from 'node:crypto';
import sql, { type Sql as Statement } from 'sql-template-tag';
import type { CodePurpose } from '../../core/code-purposes.ts';

/** Bound to the phone and the purpose, so a value from the database is useless elsewhere. */
export function codeMac(key: Buffer, purpose: CodePurpose, phone: string, code: string): Buffer {
  return createHmac('sha256', key).update([purpose, phone, code].join('\0')).digest();
}

/** SQL for the stored hash of a code, salted with the challenge id. */
export function codeHash(mac: Buffer, challengeId: Statement): Statement {
  return sql`sha256(uuid_send(${challengeId}) || ${mac}::bytea)`;
}
