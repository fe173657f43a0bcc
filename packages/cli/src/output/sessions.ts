import type { Client } from '@invitree/sdk';
import { formatTime, orDash } from './format.ts';
import type { Output } from './output.ts';
import { renderTable } from './table.ts';

type SessionRow = Awaited<ReturnType<Client['auth']['sessions']>>['items'][number];

export function renderSessions(sessions: SessionRow[], out: Output): string {
  return renderTable(
    sessions,
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'LAST USED', value: ({ lastUsedAt }) => formatTime(lastUsedAt) },
      { title: 'IP ADDRESS', value: ({ ip }) => orDash(ip) },
      { title: 'CLIENT', value: ({ userAgent }) => orDash(userAgent) },
      { title: '', value: ({ current }) => (current ? 'current' : '') },
    ],
    out,
  );
}
