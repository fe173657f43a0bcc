/** Tabs share the session cookie, so each one notifies the others of a sign-in or sign-out. */
const channel = new BroadcastChannel('invitree');

export function notifyOtherTabs(): void {
  channel.postMessage('changed');
}

/**
 * Runs the callback when another tab sends a notification, this tab becomes visible, or the network
 * returns. Returns a function that removes the listeners.
 */
export function onSessionMayHaveChanged(callback: () => void): () => void {
  const onVisible = () => {
    if (document.visibilityState === 'visible') callback();
  };
  channel.addEventListener('message', callback);
  document.addEventListener('visibilitychange', onVisible);
  addEventListener('online', callback);
  return () => {
    channel.removeEventListener('message', callback);
    document.removeEventListener('visibilitychange', onVisible);
    removeEventListener('online', callback);
  };
}
