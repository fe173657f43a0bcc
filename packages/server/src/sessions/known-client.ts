import sql, { type Sql as Statement } from 'sql-template-tag';

/**
 * SQL condition: the user with this phone has had a session at this address. Limits keep a reserve
 * for such clients, so that strangers cannot lock the phone's owner out.
 */
export function isKnownAddress(phone: string, ip: string): Statement {
  return sql`exists (
    select from users u join sessions s on s.user_id = u.id
    where u.phone = ${phone} and s.ip = ${ip})`;
}
