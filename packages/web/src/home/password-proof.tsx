import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { Field } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { messages } from '../i18n/messages.ts';
import { useAction } from '../use-action.ts';

/** Asks for the password of an account without a phone. */
export function PasswordProof({ onProved }: { onProved(): void }) {
  const [password, setPassword] = useState('');
  const proving = useAction(async () => {
    await client.auth.reauthenticate({ password });
    onProved();
  });
  return (
    <Form onSubmit={() => proving.run()}>
      <Field
        label={messages.email.password}
        type="password"
        autocomplete="current-password"
        maxLength={256}
        required
        value={password}
        error={proving.error}
        onText={setPassword}
      />
      <Button pending={proving.pending}>{messages.proof.submit}</Button>
    </Form>
  );
}
