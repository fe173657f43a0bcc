import { createClient } from '@invitree/sdk';
import { trackRequest } from './requests.ts';
import { locale } from './words/words.ts';

let whenSessionOver = () => {};

/** The SDK as any page of the server's own site would use it: the session is a cookie that no script sees. */
export const client = createClient({
  url: location.origin,
  transport: 'cookie',
  locale,
  fetch: trackRequest,
  onSignedOut: (error) => {
    if (error) whenSessionOver();
  },
});

/** Calls back when some call found that the session is over. */
export function onSessionOver(callback: () => void): void {
  whenSessionOver = callback;
}

/** Where a number without `+` is from: the server's DEFAULT_REGION. */
export const region =
  document.querySelector<HTMLMetaElement>('meta[name=default-region]')?.content ?? '';
