import type { Profile, Referral } from '@invitree/sdk';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { Heading } from '../parts/heading.tsx';
import { Problem } from '../parts/problem.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { formatPhone } from '../phone.ts';
import { useAction } from '../use-action.ts';
import { useLoaded } from '../use-loaded.ts';
import { formatDate, words } from '../words/words.ts';
import { DayChart } from './day-chart.tsx';

export function PeoplePage({ me }: { me: Profile }) {
  const stats = useLoaded(() => client.referral.stats({ days: 30 }), me.referralCount);
  return (
    <>
      <Heading>{words.people.title}</Heading>
      <section>
        <Waiting {...stats} />
        {stats.value && (
          <>
            <p class="figure">{words.people.count(stats.value.direct)}</p>
            {stats.value.total > stats.value.direct && (
              <p class="hint">{words.people.all(stats.value.total, stats.value.complete)}</p>
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
      <Waiting {...first} />
      {first.value && people.length === 0 && <p>{words.people.none}</p>}
      {people.length > 0 && (
        <ul class="list">
          {people.map((person) => (
            <Person key={person.id} {...person} />
          ))}
        </ul>
      )}
      <Problem error={loading.error} />
      {cursor && (
        <Button kind="plain" pending={loading.pending} onClick={() => loading.run()}>
          {words.people.more}
        </Button>
      )}
    </section>
  );
}

function Person({ displayName, phone, status, activatedAt }: Referral) {
  const shownPhone = phone && (phone.includes('*') ? phone : formatPhone(phone, ''));
  const name = status === 'deleted' ? words.people.deleted : displayName;
  return (
    <li>
      <span>
        <strong>{name ?? shownPhone ?? words.people.nameless}</strong>
        {status === 'blocked' && <span class="tag">{words.people.blocked}</span>}
        {name && shownPhone && <span class="hint">{shownPhone}</span>}
      </span>
      <time dateTime={activatedAt}>{formatDate(activatedAt)}</time>
    </li>
  );
}
