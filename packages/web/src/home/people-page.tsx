import type { Profile, Referral } from '@invitree/sdk';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { ErrorMessage } from '../components/error-message.tsx';
import { Heading } from '../components/heading.tsx';
import { LoadStatus } from '../components/load-status.tsx';
import { formatDate, messages } from '../i18n/messages.ts';
import { formatPhone } from '../phone.ts';
import { useAction } from '../use-action.ts';
import { useLoaded } from '../use-loaded.ts';
import { DayChart } from './day-chart.tsx';

export function PeoplePage({ me }: { me: Profile }) {
  const stats = useLoaded(() => client.referral.stats({ days: 30 }), me.referralCount);
  return (
    <>
      <Heading>{messages.people.title}</Heading>
      <section>
        <LoadStatus {...stats} />
        {stats.value && (
          <>
            <p class="figure">{messages.people.count(stats.value.direct)}</p>
            {stats.value.total > stats.value.direct && (
              <p class="hint">{messages.people.all(stats.value.total, stats.value.complete)}</p>
            )}
            <DayChart days={stats.value.byDay} />
          </>
        )}
      </section>
      <PeopleList key={me.referralCount} userId={me.id} />
    </>
  );
}

function PeopleList({ userId }: { userId: string }) {
  const first = useLoaded(() => client.referral.list({ userId }), userId);
  const [more, setMore] = useState<{ items: Referral[]; nextCursor: string | null }>();
  const cursor = more ? more.nextCursor : first.value?.nextCursor;
  const loading = useAction(async () => {
    const page = await client.referral.list({ userId, cursor: cursor ?? undefined });
    setMore({ ...page, items: [...(more?.items ?? []), ...page.items] });
  });
  const people = [...(first.value?.items ?? []), ...(more?.items ?? [])];
  return (
    <section>
      <LoadStatus {...first} />
      {first.value && people.length === 0 && <p>{messages.people.none}</p>}
      {people.length > 0 && (
        <ul class="list">
          {people.map((person) => (
            <Person key={person.id} {...person} />
          ))}
        </ul>
      )}
      <ErrorMessage error={loading.error} />
      {cursor && (
        <Button kind="plain" pending={loading.pending} onClick={() => loading.run()}>
          {messages.people.more}
        </Button>
      )}
    </section>
  );
}

function Person({ displayName, phone, status, activatedAt }: Referral) {
  const shownPhone = phone && (phone.includes('*') ? phone : formatPhone(phone, ''));
  const name = status === 'deleted' ? messages.people.deleted : displayName;
  return (
    <li>
      <span>
        <strong>{name ?? shownPhone ?? messages.people.nameless}</strong>
        {status === 'blocked' && <span class="tag">{messages.people.blocked}</span>}
        {name && shownPhone && <span class="hint">{shownPhone}</span>}
      </span>
      <time dateTime={activatedAt}>{formatDate(activatedAt)}</time>
    </li>
  );
}
