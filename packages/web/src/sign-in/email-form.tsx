import type { Session } from '@invitree/sdk';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { ErrorMessage } from '../components/error-message.tsx';
import { Field } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { clearDraft, useDraft } from '../draft.ts';
import { messages } from '../i18n/messages.ts';
import { pendingInviteCode } from '../pending-invite-code.ts';
import { useAction } from '../use-action.ts';

interface Props {
  isNew: boolean;
  onNew(isNew: boolean): void;
  onSession(session: Session): void;
  renderErrorAction(error: unknown, retry: () => void): ComponentChildren;
}

export function EmailForm({ isNew, onNew, onSession, renderErrorAction }: Props) {
  const [draft, change] = useDraft('email', { email: '', displayName: '' });
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const { email, displayName } = draft;
  const entering = useAction(async () => {
    const session = isNew
      ? await client.auth.register({
          email,
          password,
          inviteCode: pendingInviteCode(),
          displayName: displayName.trim() || undefined,
        })
      : await client.auth.login({ email, password });
    clearDraft('email');
    onSession(session);
  });
  return (
    <Form onSubmit={() => entering.run()}>
      <Field
        label={messages.email.email}
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
          label={`${messages.email.name} (${messages.optional})`}
          autocomplete="name"
          maxLength={80}
          value={displayName}
          onText={(text) => change({ displayName: text })}
        />
      )}
      <Field
        label={messages.email.password}
        type={shown ? 'text' : 'password'}
        autocomplete={isNew ? 'new-password' : 'current-password'}
        maxLength={256}
        {...(isNew && { minLength: 8 })}
        required
        value={password}
        onText={setPassword}
        hint={isNew && messages.email.passwordHint}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={shown}
          onInput={({ currentTarget }) => setShown(currentTarget.checked)}
        />
        {messages.email.show}
      </label>
      <ErrorMessage error={entering.error} />
      {renderErrorAction(entering.error, () => entering.run())}
      <Button pending={entering.pending}>
        {isNew ? messages.email.submitSignUp : messages.email.submitSignIn}
      </Button>
      <Button
        kind="plain"
        onClick={() => {
          entering.reset();
          onNew(!isNew);
        }}
      >
        {isNew ? messages.email.toSignIn : messages.email.toSignUp}
      </Button>
    </Form>
  );
}
