import { useEffect, useState } from 'preact/hooks';
import { messages } from '../i18n/messages.ts';
import { useProgress } from '../requests.ts';

/** Shows that a request is running, is slow, or that the browser is offline. */
export function RequestStatus() {
  const progress = useProgress();
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  }, []);
  const text = online ? progress === 'slow' && messages.slow : messages.offline;
  return (
    <div class="progress-area">
      {progress !== 'none' && <div class="progress" />}
      <div role="status">{text && <p class="banner">{text}</p>}</div>
    </div>
  );
}
