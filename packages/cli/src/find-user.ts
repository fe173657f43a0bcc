import type { Client } from '@invitree/sdk';
import { UsageError } from './errors.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HINT = 'Use an ID, phone, email, invite code or the start of a name.';

/**
 * Returns the ID of the one user that an ID, phone, email, invite code or start of a name matches.
 * @throws UsageError if no user or several users match
 */
export async function findUserId(client: Client, query: string): Promise<string> {
  if (UUID.test(query)) return query.toLowerCase();
  const { items, nextCursor } = await client.admin.listUsers({ query, limit: 5 });
  const [user, ...others] = items;
  if (!user) throw new UsageError(`No user matches "${query}".`, HINT);
  if (others.length === 0) return user.id;
  const matches = items.map(({ id, phone, displayName }) => `${id} ${displayName ?? phone}`);
  if (nextCursor) matches.push('and more');
  throw new UsageError(`Several users match "${query}":\n  ${matches.join('\n  ')}`, HINT);
}
