import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { say } from '../notice.tsx';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Problem } from '../parts/problem.tsx';
import { formatPhone } from '../phone.ts';
import { useAction } from '../use-action.ts';
import { formatWait, words } from '../words/words.ts';
import { useCountdown } from './use-countdown.ts';

/** What is known of a code that is on its way; of one asked for elsewhere, only the phone. */
export interface AskedCode {
  phone: string;
  codeLength?: number;
  expiresAt?: string;
  resendAt?: string;
  devCode?: string;
}

const LONGEST_CODE = 10;

interface Props {
  asked: AskedCode;
  submit: string;
  verify(code: string): Promise<unknown>;
  /** Asks for a new code. */
  askAgain(): Promise<unknown>;
  onOtherPhone(): void;
  /** What else can be done about an error; `again` verifies the same code once more. */
  remedy?: (error: unknown, again: () => void) => ComponentChildren;
}

export function CodeForm({ asked, submit, verify, askAgain, onOtherPhone, remedy }: Props) {
  const [code, setCode] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const verifying = useAction(verify);
  const asking = useAction(askAgain);
  const wait = useCountdown(asked.resendAt);
  const valid = useCountdown(asked.expiresAt);
  const length = asked.codeLength ?? LONGEST_CODE;

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    if (verifying.error !== undefined) input.current?.select();
  }, [verifying.error]);

  return (
    <Form onSubmit={() => code && verifying.run(code)}>
      <p>{words.signIn.codeSent(unbroken(formatPhone(asked.phone, '')))}</p>
      {asked.devCode && <p class="note">{words.signIn.development(asked.devCode)}</p>}
      <Field
        label={words.signIn.code}
        class="code"
        inputMode="numeric"
        autocomplete="one-time-code"
        pattern="[0-9]*"
        required
        inputRef={input}
        value={code}
        error={verifying.error}
        hint={
          asked.expiresAt &&
          (valid > 0 ? words.signIn.validFor(formatWait(valid)) : words.signIn.expired)
        }
        onText={(text, field) => {
          // A paste may bring the words around the code.
          const digits = text.replaceAll(/\D/g, '').slice(0, length);
          field.value = digits;
          setCode(digits);
          if (digits.length === asked.codeLength && digits !== code) verifying.run(digits);
        }}
      />
      {verifying.error !== undefined && remedy?.(verifying.error, () => verifying.run(code))}
      <Button pending={verifying.pending}>{submit}</Button>
      <div role="status" class="unseen">
        {asked.resendAt && wait === 0 && words.signIn.newCodeReady}
      </div>
      <Problem error={asking.error} />
      <div class="buttons">
        <Button
          kind="plain"
          pending={asking.pending}
          disabled={wait > 0}
          onClick={async () => {
            if (!(await asking.run())) return;
            verifying.forget();
            setCode('');
            input.current?.focus();
            say(words.signIn.newCodeSent);
          }}
        >
          {wait > 0 ? words.signIn.newCodeIn(formatWait(wait)) : words.signIn.newCode}
        </Button>
        <Button kind="plain" onClick={onOtherPhone}>
          {words.signIn.otherPhone}
        </Button>
      </div>
    </Form>
  );
}

/** On one line, whatever stands around it. */
function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}
