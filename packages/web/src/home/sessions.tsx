import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { ErrorMessage } from '../components/error-message.tsx';
import { LoadStatus } from '../components/load-status.tsx';
import { showNotice } from '../components/notice.tsx';
import { formatMoment, messages } from '../i18n/messages.ts';
import { notifyOtherTabs } from '../other-tabs.ts';
import { useAction } from '../use-action.ts';
import { useLoaded } from '../use-loaded.ts';
import { describeDevice } from './device.ts';
import { withProof } from './proof-dialog.tsx';

type Session = Awaited<ReturnType<typeof client.auth.sessions>>['items'][number];

export function Sessions({ onLeave }: { onLeave(): void }) {
  const sessions = useLoaded(() => client.auth.sessions(), 'sessions');
  const [confirming, setConfirming] = useState(false);
  const leaving = useAction(async (everywhere: boolean) => {
    await withProof(() => client.auth.logout({ everywhere }));
    onLeave();
  });
  return (
    <section>
      <h2>{messages.account.sessions}</h2>
      <LoadStatus {...sessions} />
      <ul class="list">
        {sessions.value?.items.map((session) => (
          <SessionItem key={session.id} {...session} onEnded={sessions.reload} />
        ))}
      </ul>
      <ErrorMessage error={leaving.error} />
      <div class="buttons">
        <Button kind="plain" pending={leaving.pending} onClick={() => leaving.run(false)}>
          {messages.account.signOut}
        </Button>
        <Button kind="plain" onClick={() => setConfirming(true)}>
          {messages.account.everywhere}
        </Button>
      </div>
      {confirming && (
        <ConfirmDialog
          title={messages.account.everywhereTitle}
          text={messages.account.everywhereText}
          confirm={messages.account.everywhere}
          action={{ ...leaving, run: () => leaving.run(true) }}
          onClose={() => setConfirming(false)}
        />
      )}
    </section>
  );
}

interface ItemProps extends Session {
  onEnded(): void;
}

function SessionItem({ id, userAgent, ip, lastUsedAt, current, onEnded }: ItemProps) {
  const device = describeDevice(userAgent) ?? messages.account.unknownDevice;
  const ending = useAction(async () => {
    await withProof(() => client.auth.revokeSession({ id }));
    showNotice(messages.account.ended);
    notifyOtherTabs();
    onEnded();
  });
  return (
    <li>
      <span>
        <strong>{device}</strong>
        {current && <span class="tag">{messages.account.thisDevice}</span>}
        <span class="hint">
          {[ip, messages.account.lastUsed(formatMoment(lastUsedAt))].filter(Boolean).join(' · ')}
        </span>
        <ErrorMessage error={ending.error} />
      </span>
      {!current && (
        <Button
          kind="plain"
          pending={ending.pending}
          label={messages.account.endOf(device)}
          onClick={() => ending.run()}
        >
          {messages.account.end}
        </Button>
      )}
    </li>
  );
}
