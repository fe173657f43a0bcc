import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { say } from '../notice.tsx';
import { tellOtherTabs } from '../other-tabs.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Problem } from '../parts/problem.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { useAction } from '../use-action.ts';
import { useLoaded } from '../use-loaded.ts';
import { formatMoment, words } from '../words/words.ts';
import { describeDevice } from './device.ts';

type Session = Awaited<ReturnType<typeof client.auth.sessions>>['items'][number];

export function Sessions({ onLeave }: { onLeave(): void }) {
  const sessions = useLoaded(() => client.auth.sessions(), 'sessions');
  const [asking, setAsking] = useState(false);
  const leaving = useAction(async (everywhere: boolean) => {
    await client.auth.logout({ everywhere });
    onLeave();
  });
  return (
    <section>
      <h2>{words.account.sessions}</h2>
      <Waiting {...sessions} />
      <ul class="list">
        {sessions.value?.items.map((session) => (
          <SessionItem key={session.id} {...session} onEnded={sessions.reload} />
        ))}
      </ul>
      <Problem error={leaving.error} />
      <div class="buttons">
        <Button kind="plain" pending={leaving.pending} onClick={() => leaving.run(false)}>
          {words.account.signOut}
        </Button>
        <Button kind="plain" onClick={() => setAsking(true)}>
          {words.account.everywhere}
        </Button>
      </div>
      {asking && (
        <Confirm
          title={words.account.everywhereTitle}
          text={words.account.everywhereText}
          confirm={words.account.everywhere}
          action={{ ...leaving, run: () => leaving.run(true) }}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

interface ItemProps extends Session {
  onEnded(): void;
}

function SessionItem({ id, userAgent, ip, lastUsedAt, current, onEnded }: ItemProps) {
  const device = describeDevice(userAgent) ?? words.account.unknownDevice;
  const ending = useAction(async () => {
    await client.auth.revokeSession({ id });
    say(words.account.ended);
    tellOtherTabs();
    onEnded();
  });
  return (
    <li>
      <span>
        <strong>{device}</strong>
        {current && <span class="tag">{words.account.thisDevice}</span>}
        <span class="hint">
          {[ip, words.account.lastUsed(formatMoment(lastUsedAt))].filter(Boolean).join(' · ')}
        </span>
        <Problem error={ending.error} />
      </span>
      {!current && (
        <Button
          kind="plain"
          pending={ending.pending}
          label={words.account.endOf(device)}
          onClick={() => ending.run()}
        >
          {words.account.end}
        </Button>
      )}
    </li>
  );
}
