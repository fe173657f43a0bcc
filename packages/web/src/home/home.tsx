import type { Profile } from '@invitree/sdk';
import { useEffect, useState } from 'preact/hooks';
import { messages } from '../i18n/messages.ts';
import { AccountPage } from './account-page.tsx';
import { ActivationOffer } from './activation-offer.tsx';
import { InvitePage } from './invite-page.tsx';
import { PeoplePage } from './people-page.tsx';
import { ProofDialog } from './proof-dialog.tsx';

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
      <nav aria-label={messages.nav.label}>
        {PAGES.map((name) => (
          <a key={name} href={`#${name}`} aria-current={name === page ? 'page' : 'false'}>
            {messages.nav[name]}
          </a>
        ))}
      </nav>
      <ProofDialog me={me} />
      <main key={page}>
        <ActivationOffer me={me} onActivated={onReload} />
        {page === 'invite' && <InvitePage me={me} onReload={onReload} />}
        {page === 'people' && <PeoplePage me={me} />}
        {page === 'account' && <AccountPage me={me} onChange={onChange} onLeave={onLeave} />}
      </main>
    </>
  );
}

/** The page named by the URL's hash, so that reloads and the Back button work. */
function usePage() {
  const [page, setPage] = useState(currentPage);
  useEffect(() => {
    const update = () => setPage(currentPage());
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  }, []);
  return page;
}

function currentPage(): (typeof PAGES)[number] {
  return PAGES.find((name) => location.hash === `#${name}`) ?? 'invite';
}
