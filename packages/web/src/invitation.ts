const KEY = 'invitree:invitation';

/** The invite code of the link that led here, kept by the tab until it is used or declined. */
export function keepInvitation(): void {
  const code = new URLSearchParams(location.search).get('invite')?.trim();
  if (!code) return;
  sessionStorage.setItem(KEY, code.toUpperCase());
  history.replaceState(history.state, '', location.pathname + location.hash);
}

export function invitation(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

export function dropInvitation(): void {
  sessionStorage.removeItem(KEY);
}
