import type { Client } from '@invitree/sdk';
import type { Output } from './output.ts';
import { table } from './table.ts';
import { orDash, when } from './words.ts';

type SessionRow = Awaited<ReturnType<Client['auth']['sessions']>>['items'][number];

export function sessionTable(sessions: SessionRow[], out: Output): string {
  return table(
    sessions,
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'LAST USED', value: ({ lastUsedAt }) => when(lastUsedAt) },
      { title: 'ADDRESS', value: ({ ip }) => orDash(ip) },
      { title: 'CLIENT', value: ({ userAgent }) => orDash(userAgent) },
      { title: '', value: ({ current }) => (current ? 'this one' : '') },
    ],
    out,
  );
}
