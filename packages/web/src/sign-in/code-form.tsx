import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../components/button.tsx';
import { ErrorMessage } from '../components/error-message.tsx';
import { Field } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { showNotice } from '../components/notice.tsx';
import { formatWait, messages } from '../i18n/messages.ts';
import { formatPhone } from '../phone.ts';
import { useAction } from '../use-action.ts';
import { useCountdown } from './use-countdown.ts';

/** A code on its way to a phone. Only the phone is known if it was requested elsewhere. */
export interface SentCode {
  phone: string;
  challenge?: string;
  codeLength?: number;
  expiresAt?: string;
  resendAt?: string;
  devCode?: string;
}

/** The most digits that CODE_LENGTH allows. */
const MAX_CODE_LENGTH = 10;

interface Props {
  sentCode: SentCode;
  submit: string;
  verify(code: string): Promise<unknown>;
  /** Requests a new code. */
  resend(): Promise<unknown>;
  /** Missing if the phone is given. */
  onChangePhone?: () => void;
  /** Renders a way out of an error. `retry` verifies the same code again. */
  renderErrorAction?: (error: unknown, retry: () => void) => ComponentChildren;
}

export function CodeForm({
  sentCode,
  submit,
  verify,
  resend,
  onChangePhone,
  renderErrorAction,
}: Props) {
  const [code, setCode] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const verifying = useAction(verify);
  const requesting = useAction(resend);
  const wait = useCountdown(sentCode.resendAt);
  const valid = useCountdown(sentCode.expiresAt);
  const length = sentCode.codeLength ?? MAX_CODE_LENGTH;

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    if (verifying.error !== undefined) input.current?.select();
  }, [verifying.error]);

  return (
    <Form onSubmit={() => code && verifying.run(code)}>
      <p>{messages.signIn.codeSent(nonBreaking(formatPhone(sentCode.phone, '')))}</p>
      {sentCode.devCode && <p class="note">{messages.signIn.devCode(sentCode.devCode)}</p>}
      <Field
        label={messages.signIn.code}
        class="code"
        inputMode="numeric"
        autocomplete="one-time-code"
        pattern="[0-9]*"
        required
        inputRef={input}
        value={code}
        error={verifying.error}
        hint={
          sentCode.expiresAt &&
          (valid > 0 ? messages.signIn.validFor(formatWait(valid)) : messages.signIn.expired)
        }
        onText={(text, field) => {
          // Pasted text may include the whole message around the code.
          const digits = text.replaceAll(/\D/g, '').slice(0, length);
          field.value = digits;
          setCode(digits);
          if (digits.length === sentCode.codeLength && digits !== code) verifying.run(digits);
        }}
      />
      {verifying.error !== undefined &&
        renderErrorAction?.(verifying.error, () => verifying.run(code))}
      <Button pending={verifying.pending}>{submit}</Button>
      <div role="status" class="visually-hidden">
        {sentCode.resendAt && wait === 0 && messages.signIn.newCodeReady}
      </div>
      <ErrorMessage error={requesting.error} />
      <div class="buttons">
        <Button
          kind="plain"
          pending={requesting.pending}
          disabled={wait > 0}
          onClick={async () => {
            if (!(await requesting.run())) return;
            verifying.reset();
            setCode('');
            input.current?.focus();
            showNotice(messages.signIn.newCodeSent);
          }}
        >
          {wait > 0 ? messages.signIn.newCodeIn(formatWait(wait)) : messages.signIn.newCode}
        </Button>
        {onChangePhone && (
          <Button kind="plain" onClick={onChangePhone}>
            {messages.signIn.changePhone}
          </Button>
        )}
      </div>
    </Form>
  );
}

/** Keeps a phone number on one line. */
function nonBreaking(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}
