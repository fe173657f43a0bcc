import { isInvitreeError } from '@invitree/sdk';
import type { ComponentChildren } from 'preact';
import { client } from '../client.ts';
import { forgetDraft, useDraft } from '../draft.ts';
import { Button } from '../parts/button.tsx';
import { Form } from '../parts/form.tsx';
import { PhoneField } from '../parts/phone-field.tsx';
import { serverNow } from '../requests.ts';
import { useAction } from '../use-action.ts';
import { words } from '../words/words.ts';
import { type AskedCode, CodeForm } from './code-form.tsx';

interface Props {
  /** Names what is kept over a reload. */
  draft: string;
  submit: string;
  /** Spends the code. */
  verify(phone: string, code: string): Promise<unknown>;
  remedy?: (error: unknown, again: () => void) => ComponentChildren;
  /** Told apart for the heading above. */
  onStep?: (step: 'phone' | 'code') => void;
}

/** A phone, then the code that went to it. */
export function PhoneVerification({ draft: name, submit, verify, remedy, onStep }: Props) {
  const [draft, change] = useDraft<{ phone: string; asked: AskedCode | null }>(name, {
    phone: '',
    asked: null,
  });
  const { asked } = draft;
  const expect = (next: AskedCode | null) => {
    change({ asked: next });
    onStep?.(next ? 'code' : 'phone');
  };
  const ask = async (phone: string) => expect(await client.auth.requestCode({ phone }));
  const asking = useAction(() => ask(draft.phone));

  if (asked)
    return (
      <CodeForm
        asked={asked}
        submit={submit}
        {...(remedy && { remedy })}
        verify={async (code) => {
          await verify(asked.phone, code);
          forgetDraft(name);
        }}
        askAgain={() =>
          ask(asked.phone).catch((error: unknown) => {
            expect({ ...asked, ...nextTry(error) });
            throw error;
          })
        }
        onOtherPhone={() => expect(null)}
      />
    );
  return (
    <Form onSubmit={() => asking.run()}>
      <PhoneField
        value={draft.phone}
        error={asking.error}
        onText={(phone) => {
          change({ phone });
          if (asking.error !== undefined) asking.forget();
        }}
      />
      <Button pending={asking.pending}>{words.signIn.sendCode}</Button>
      {isInvitreeError(asking.error, 'RATE_LIMITED') && (
        <Button
          kind="plain"
          onClick={() => expect({ phone: draft.phone, ...nextTry(asking.error) })}
        >
          {words.signIn.haveCode}
        </Button>
      )}
    </Form>
  );
}

/** When a next code may be asked for, if the error says it. */
function nextTry(error: unknown): { resendAt?: string } {
  return isInvitreeError(error, 'RATE_LIMITED')
    ? { resendAt: new Date(serverNow() + error.retryAfter * 1000).toISOString() }
    : {};
}
