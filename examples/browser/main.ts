import { createClient, isInvitreeError } from '@invitree/sdk';

const client = createClient({
  url: location.origin,
  storage: 'localStorage',
  locale: navigator.language,
  onSignedOut: () => show('sign-in'),
});

const element = (id: string) => document.getElementById(id) as HTMLElement;

element('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const form = new FormData(event.target as HTMLFormElement);
  const phone = String(form.get('phone'));
  const code = String(form.get('code'));
  tell(async () => {
    if (code) {
      await client.auth.verifyCode({ phone, code });
      return open();
    }
    const { codeLength, devCode } = await client.auth.requestCode({ phone });
    const hint = devCode ? ` In development it is ${devCode}.` : '';
    return `A code of ${codeLength} digits is on its way.${hint}`;
  });
});

element('sign-out').addEventListener('click', () =>
  tell(async () => {
    await client.auth.logout();
    return 'Goodbye.';
  }),
);

tell(async () => ((await client.session.accessToken()) ? open() : show('sign-in')));

async function open(): Promise<void> {
  const me = await client.profile.me();
  element('phone').textContent = me.phone;
  element('code').textContent = me.inviteCode;
  element('count').textContent = String(me.referralCount);
  show('profile');
}

function show(id: 'sign-in' | 'profile'): void {
  for (const each of ['sign-in', 'profile']) element(each).hidden = each !== id;
}

/** Does it, and shows what it says or what went wrong. */
async function tell(work: () => Promise<unknown>): Promise<void> {
  try {
    const said = await work();
    element('message').textContent = typeof said === 'string' ? said : '';
  } catch (error) {
    if (!isInvitreeError(error)) throw error;
    element('message').textContent = error.message;
  }
}
