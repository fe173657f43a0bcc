import { useEffect, useState } from 'preact/hooks';
import { useProgress } from '../requests.ts';
import { words } from '../words/words.ts';

/** That the server is being waited for, or cannot be reached. */
export function Progress() {
  const progress = useProgress();
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  const text = online ? progress === 'slow' && words.slow : words.offline;
  return (
    <div class="progress-place">
      {progress !== 'none' && <div class="progress" />}
      <div role="status">{text && <p class="banner">{text}</p>}</div>
    </div>
  );
}
