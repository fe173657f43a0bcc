import { useRef, useState } from 'preact/hooks';

const PREFIX = 'invitree:draft:';
const OWNER = `${PREFIX}owner`;

/**
 * State that survives a reload of its tab: typed text, and that a code was requested. Never use it
 * for passwords or codes, which any script on the page could read.
 */
export function useDraft<T extends object>(
  name: string,
  initial: T,
): [T, (change: Partial<T>) => void] {
  const key = `${PREFIX}${name}`;
  const [draft, setDraft] = useState<T>(() => ({ ...initial, ...read(key) }));
  const latest = useRef(draft);
  return [
    draft,
    (change) => {
      latest.current = { ...latest.current, ...change };
      sessionStorage.setItem(key, JSON.stringify(latest.current));
      setDraft(latest.current);
    },
  ];
}

export function clearDraft(name: string): void {
  sessionStorage.removeItem(`${PREFIX}${name}`);
}

/** Deletes drafts of another user, so that the next person in this tab never sees them. */
export function setDraftOwner(userId: string | undefined): void {
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
