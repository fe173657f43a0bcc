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
  run(async () => {
    if (code) {
      await client.auth.verifyCode({ phone, code });
      return showProfile();
    }
    const { codeLength, devCode } = await client.auth.requestCode({ phone });
    const hint = devCode ? ` In development, it is ${devCode}.` : '';
    return `We texted you a ${codeLength}-digit code.${hint}`;
  });
});

element('sign-out').addEventListener('click', () =>
  run(async () => {
    await client.auth.logout();
    return 'You are signed out.';
  }),
);

run(async () => ((await client.session.accessToken()) ? showProfile() : show('sign-in')));

async function showProfile(): Promise<void> {
  const me = await client.profile.me();
  element('phone').textContent = me.phone;
  element('code').textContent = me.inviteCode;
  element('count').textContent = String(me.referralCount);
  show('profile');
}

function show(id: 'sign-in' | 'profile'): void {
  for (const section of ['sign-in', 'profile']) element(section).hidden = section !== id;
}

/** Runs an action and shows the message that it returns, or its error. */
async function run(action: () => Promise<unknown>): Promise<void> {
  try {
    const message = await action();
    element('message').textContent = typeof message === 'string' ? message : '';
  } catch (error) {
    if (!isInvitreeError(error)) throw error;
    element('message').textContent = error.message;
  }
}
