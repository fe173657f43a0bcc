import type { Client } from '@invitree/sdk';
import { UsageError } from './failures.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The one user that an admin means by an id, a phone, an email, an invite code or a name. */
export async function findUserId(client: Client, text: string): Promise<string> {
  if (UUID.test(text)) return text.toLowerCase();
  const { items, nextCursor } = await client.admin.listUsers({ query: text, limit: 5 });
  const [only, ...others] = items;
  if (!only) throw new UsageError(`Nobody is found by "${text}".`, SAY);
  if (others.length === 0) return only.id;
  const names = items.map(({ id, phone, displayName }) => `${id} ${displayName ?? phone}`);
  throw new UsageError(
    `Several are found by "${text}":\n  ${names.join('\n  ')}${nextCursor ? '\n  and more' : ''}`,
    SAY,
  );
}

const SAY = 'A user is known by id, phone, email, invite code, or the beginning of the name.';
