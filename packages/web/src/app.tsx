import { isInvitreeError, type Profile } from '@invitree/sdk';
import { useEffect, useRef, useState } from 'preact/hooks';
import { client, onSessionOver } from './client.ts';
import { keepDraftsOf } from './draft.ts';
import { Home } from './home/home.tsx';
import { keepInvitation } from './invitation.ts';
import { Notice, say } from './notice.tsx';
import { onMaybeChanged, tellOtherTabs } from './other-tabs.ts';
import { Button } from './parts/button.tsx';
import { Heading } from './parts/heading.tsx';
import { Problem } from './parts/problem.tsx';
import { Progress } from './parts/progress.tsx';
import { SignIn } from './sign-in/sign-in.tsx';
import { words } from './words/words.ts';

keepInvitation();

export function App() {
  return (
    <>
      <Progress />
      <Notice />
      <Pages />
    </>
  );
}

/** Who is signed in decides what is shown. */
function Pages() {
  // undefined: not known yet; null: nobody.
  const [me, setMe] = useState<Profile | null>();
  const [error, setError] = useState<unknown>();
  const shown = useRef(me);
  shown.current = me;

  function show(user: Profile) {
    keepDraftsOf(user.id);
    setMe(user);
    setError(undefined);
  }
  async function load() {
    try {
      show(await client.profile.me());
    } catch (cause) {
      if (isInvitreeError(cause) && cause.status === 401) {
        if (shown.current) say(words.sessionOver);
        setMe(null);
        setError(undefined);
      } else if (shown.current === undefined) setError(cause);
    }
  }
  useEffect(() => {
    load();
    onSessionOver(load);
    return onMaybeChanged(load);
  }, []);

  function enter(user: Profile) {
    show(user);
    say('');
    tellOtherTabs();
  }
  function leave(text: string) {
    history.replaceState(null, '', location.pathname);
    keepDraftsOf(undefined);
    setMe(null);
    say(text);
    tellOtherTabs();
  }
  if (me) return <Home key={me.id} me={me} onChange={setMe} onReload={load} onLeave={leave} />;
  if (me === null) return <SignIn onSignedIn={enter} />;
  if (error === undefined)
    return (
      <main class="card">
        <p class="hint">{words.loading}</p>
      </main>
    );
  return (
    <main class="card">
      <Heading>{words.unreachable}</Heading>
      <Problem error={error} />
      <Button onClick={load}>{words.again}</Button>
    </main>
  );
}
