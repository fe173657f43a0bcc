/** Tabs of one browser share the cookie, so they tell each other when who is signed in has changed. */
const channel = new BroadcastChannel('invitree');

export function tellOtherTabs(): void {
  channel.postMessage('changed');
}

/** Calls back when another tab has told, when this one is looked at again, and when the network is back. */
export function onMaybeChanged(callback: () => void): () => void {
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
