import { useRef, useState } from 'preact/hooks';

const PREFIX = 'invitree:draft:';
const OWNER = `${PREFIX}owner`;

/**
 * State that outlives a reload of its tab, for what a person has typed or is waiting for. Never for a
 * password or a code.
 */
export function useDraft<T extends object>(
  name: string,
  initial: T,
): [T, (change: Partial<T>) => void] {
  const key = `${PREFIX}${name}`;
  const [draft, setDraft] = useState<T>(() => ({ ...initial, ...read(key) }));
  const newest = useRef(draft);
  return [
    draft,
    (change) => {
      newest.current = { ...newest.current, ...change };
      sessionStorage.setItem(key, JSON.stringify(newest.current));
      setDraft(newest.current);
    },
  ];
}

export function forgetDraft(name: string): void {
  sessionStorage.removeItem(`${PREFIX}${name}`);
}

/** What one person has typed is kept for them, and not shown to the next. */
export function keepDraftsOf(userId: string | undefined): void {
  if (sessionStorage.getItem(OWNER) === userId) return;
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  if (userId) sessionStorage.setItem(OWNER, userId);
}

function read(key: string): object {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '{}') as object;
  } catch {
    return {};
  }
}
