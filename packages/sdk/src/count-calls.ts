/**
 * Creates a function that counts its calls. The promise it returns resolves after the current task,
 * with the number of calls made in that task.
 */
export function createCallCounter(): () => Promise<number> {
  const { setImmediate = setTimeout } = globalThis as {
    setImmediate?: (work: () => void) => unknown;
  };
  let calls = 0;
  let total: Promise<number> | undefined;
  return () => {
    calls += 1;
    total ??= new Promise((resolve) => {
      setImmediate(() => {
        resolve(calls);
        calls = 0;
        total = undefined;
      });
    });
    return total;
  };
}
