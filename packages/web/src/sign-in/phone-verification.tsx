import { isInvitreeError } from '@invitree/sdk';
import type { ComponentChildren } from 'preact';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { Form } from '../components/form.tsx';
import { PhoneField } from '../components/phone-field.tsx';
import { clearDraft, useDraft } from '../draft.ts';
import { messages } from '../i18n/messages.ts';
import { useAction } from '../use-action.ts';
import { CodeForm, type SentCode } from './code-form.tsx';
import { resendTime } from './resend-time.ts';

interface Props {
  /** The name under which a reload restores the form; see {@link useDraft}. */
  draft: string;
  submit: string;
  /** Verifies and consumes the code. */
  verify(entered: {
    phone: string;
    code: string;
    challenge?: string | undefined;
  }): Promise<unknown>;
  /** @default 'signIn' */
  purpose?: 'signIn' | 'link' | 'reauthenticate';
  renderErrorAction?: (error: unknown, retry: () => void) => ComponentChildren;
  /** Called when the form moves to another step. */
  onStep?: (step: 'phone' | 'code') => void;
}

/** Asks for a phone number, then for the code sent to it. */
export function PhoneVerification({
  draft: name,
  submit,
  verify,
  purpose = 'signIn',
  renderErrorAction,
  onStep,
}: Props) {
  const [draft, change] = useDraft<{ phone: string; sentCode: SentCode | null }>(name, {
    phone: '',
    sentCode: null,
  });
  const { sentCode } = draft;
  const setSentCode = (next: SentCode | null) => {
    change({ sentCode: next });
    onStep?.(next ? 'code' : 'phone');
  };
  const requestCode = async (phone: string) =>
    setSentCode(await client.auth.requestCode({ phone, purpose }));
  const requesting = useAction(() => requestCode(draft.phone));

  if (sentCode)
    return (
      <CodeForm
        sentCode={sentCode}
        submit={submit}
        {...(renderErrorAction && { renderErrorAction })}
        verify={async (code) => {
          const { phone, challenge } = sentCode;
          await verify({ phone, code, challenge });
          clearDraft(name);
        }}
        resend={() =>
          requestCode(sentCode.phone).catch((error: unknown) => {
            setSentCode({ ...sentCode, ...resendTime(error) });
            throw error;
          })
        }
        onChangePhone={() => setSentCode(null)}
      />
    );
  return (
    <Form onSubmit={() => requesting.run()}>
      <PhoneField
        value={draft.phone}
        error={requesting.error}
        onText={(phone) => {
          change({ phone });
          if (requesting.error !== undefined) requesting.reset();
        }}
      />
      <Button pending={requesting.pending}>{messages.signIn.sendCode}</Button>
      {isInvitreeError(requesting.error, 'RATE_LIMITED') && (
        <Button
          kind="plain"
          onClick={() => setSentCode({ phone: draft.phone, ...resendTime(requesting.error) })}
        >
          {messages.signIn.haveCode}
        </Button>
      )}
    </Form>
  );
}
