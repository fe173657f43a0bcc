import type { Profile } from '@invitree/sdk';
import { useEffect, useState } from 'preact/hooks';
import { words } from '../words/words.ts';
import { AccountPage } from './account-page.tsx';
import { InvitationOffer } from './invitation-offer.tsx';
import { InvitePage } from './invite-page.tsx';
import { PeoplePage } from './people-page.tsx';

const PAGES = ['invite', 'people', 'account'] as const;

interface Props {
  me: Profile;
  onChange(me: Profile): void;
  onReload(): Promise<void>;
  onLeave(text: string): void;
}

export function Home({ me, onChange, onReload, onLeave }: Props) {
  const page = usePage();
  return (
    <>
      <nav aria-label={words.nav.label}>
        {PAGES.map((name) => (
          <a key={name} href={`#${name}`} aria-current={name === page ? 'page' : 'false'}>
            {words.nav[name]}
          </a>
        ))}
      </nav>
      <main key={page}>
        <InvitationOffer me={me} onActivated={onReload} />
        {page === 'invite' && <InvitePage me={me} onReload={onReload} />}
        {page === 'people' && <PeoplePage me={me} />}
        {page === 'account' && <AccountPage me={me} onChange={onChange} onLeave={onLeave} />}
      </main>
    </>
  );
}

/** The page that the address names, so that a reload and the browser's own buttons keep to it. */
function usePage() {
  const [page, setPage] = useState(pageOfAddress);
  useEffect(() => {
    const look = () => setPage(pageOfAddress());
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  return page;
}

function pageOfAddress(): (typeof PAGES)[number] {
  return PAGES.find((name) => location.hash === `#${name}`) ?? 'invite';
}
