import { isInvitreeError, type Profile } from '@invitree/sdk';
import { useEffect, useRef, useState } from 'preact/hooks';
import { client, onSessionEnded } from './client.ts';
import { Button } from './components/button.tsx';
import { ErrorMessage } from './components/error-message.tsx';
import { Heading } from './components/heading.tsx';
import { Notice, showNotice } from './components/notice.tsx';
import { RequestStatus } from './components/request-status.tsx';
import { setDraftOwner } from './draft.ts';
import { Home } from './home/home.tsx';
import { messages } from './i18n/messages.ts';
import { notifyOtherTabs, onSessionMayHaveChanged } from './other-tabs.ts';
import { savePendingInviteCode } from './pending-invite-code.ts';
import { SignIn } from './sign-in/sign-in.tsx';

savePendingInviteCode();

export function App() {
  return (
    <>
      <RequestStatus />
      <Notice />
      <Pages />
    </>
  );
}

/** Shows the home pages or the sign-in form, depending on the session. */
function Pages() {
  // undefined: still loading; null: signed out.
  const [me, setMe] = useState<Profile | null>();
  const [error, setError] = useState<unknown>();
  const shown = useRef(me);
  shown.current = me;

  function show(user: Profile) {
    setDraftOwner(user.id);
    setMe(user);
    setError(undefined);
  }
  async function load() {
    try {
      show(await client.profile.me());
    } catch (cause) {
      if (isInvitreeError(cause) && cause.status === 401) {
        if (shown.current) showNotice(messages.sessionEnded);
        setMe(null);
        setError(undefined);
      } else if (shown.current === undefined) setError(cause);
    }
  }
  useEffect(() => {
    load();
    onSessionEnded(load);
    return onSessionMayHaveChanged(load);
  }, []);

  function enter(user: Profile) {
    show(user);
    showNotice('');
    notifyOtherTabs();
  }
  function leave(text: string) {
    history.replaceState(null, '', location.pathname);
    setDraftOwner(undefined);
    setMe(null);
    showNotice(text);
    notifyOtherTabs();
  }
  if (me) return <Home key={me.id} me={me} onChange={setMe} onReload={load} onLeave={leave} />;
  if (me === null) return <SignIn onSignedIn={enter} />;
  if (error === undefined)
    return (
      <main class="card">
        <p class="hint">{messages.loading}</p>
      </main>
    );
  return (
    <main class="card">
      <Heading>{messages.unreachable}</Heading>
      <ErrorMessage error={error} />
      <Button onClick={load}>{messages.retry}</Button>
    </main>
  );
}
