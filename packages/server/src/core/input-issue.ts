import { ZodError } from 'zod';
import { DomainError } from './errors.ts';
import type { IssueName } from './messages.ts';

/** INPUT_INVALID with one issue, for what a request says outside of its input. */
export function inputIssue(name: IssueName, path: string[] = []): DomainError {
  const issue = { code: 'custom' as const, path, params: { name }, message: name };
  return new DomainError('INPUT_INVALID', {}, new ZodError([{ ...issue, input: undefined }]));
}
