import type { Session } from '@invitree/sdk';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { forgetDraft, useDraft } from '../draft.ts';
import { invitation } from '../invitation.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { Problem } from '../parts/problem.tsx';
import { useAction } from '../use-action.ts';
import { words } from '../words/words.ts';

interface Props {
  isNew: boolean;
  onNew(isNew: boolean): void;
  onSession(session: Session): void;
  remedy(error: unknown, again: () => void): ComponentChildren;
}

export function EmailForm({ isNew, onNew, onSession, remedy }: Props) {
  const [draft, change] = useDraft('email', { email: '', displayName: '' });
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const { email, displayName } = draft;
  const entering = useAction(async () => {
    const session = isNew
      ? await client.auth.register({
          email,
          password,
          inviteCode: invitation(),
          displayName: displayName.trim() || undefined,
        })
      : await client.auth.login({ email, password });
    forgetDraft('email');
    onSession(session);
  });
  return (
    <Form onSubmit={() => entering.run()}>
      <Field
        label={words.email.email}
        type="email"
        inputMode="email"
        autocomplete="username"
        maxLength={254}
        required
        value={email}
        onText={(text) => change({ email: text })}
      />
      {isNew && (
        <Field
          label={`${words.email.name} (${words.optional})`}
          autocomplete="name"
          maxLength={80}
          value={displayName}
          onText={(text) => change({ displayName: text })}
        />
      )}
      <Field
        label={words.email.password}
        type={shown ? 'text' : 'password'}
        autocomplete={isNew ? 'new-password' : 'current-password'}
        maxLength={256}
        {...(isNew && { minLength: 8 })}
        required
        value={password}
        onText={setPassword}
        hint={isNew && words.email.passwordHint}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={shown}
          onInput={({ currentTarget }) => setShown(currentTarget.checked)}
        />
        {words.email.show}
      </label>
      <Problem error={entering.error} />
      {remedy(entering.error, () => entering.run())}
      <Button pending={entering.pending}>
        {isNew ? words.email.submitSignUp : words.email.submitSignIn}
      </Button>
      <Button
        kind="plain"
        onClick={() => {
          entering.forget();
          onNew(!isNew);
        }}
      >
        {isNew ? words.email.toSignIn : words.email.toSignUp}
      </Button>
    </Form>
  );
}
