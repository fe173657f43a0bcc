import { createClient } from '@invitree/sdk';
import { locale } from './i18n/messages.ts';
import { trackRequest } from './requests.ts';

let sessionEndedListener = () => {};

/** The session is an httpOnly cookie, so no script on the page can read it. */
export const client = createClient({
  url: location.origin,
  transport: 'cookie',
  locale,
  fetch: trackRequest,
  onSignedOut: (error) => {
    if (error) sessionEndedListener();
  },
});

/** Registers the callback to run when a request finds that the session has ended. */
export function onSessionEnded(callback: () => void): void {
  sessionEndedListener = callback;
}

/** The server's DEFAULT_REGION, for phone numbers entered without `+`. */
export const region =
  document.querySelector<HTMLMetaElement>('meta[name=default-region]')?.content ?? '';
