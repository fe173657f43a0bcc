const KEY = 'invitree:invitation';

/**
 * Moves the invite code from the page's URL into the tab's storage. It stays there until it is
 * activated or declined.
 */
export function savePendingInviteCode(): void {
  const code = new URLSearchParams(location.search).get('invite')?.trim();
  if (!code) return;
  sessionStorage.setItem(KEY, code.toUpperCase());
  history.replaceState(history.state, '', location.pathname + location.hash);
}

export function pendingInviteCode(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

export function clearPendingInviteCode(): void {
  sessionStorage.removeItem(KEY);
}
