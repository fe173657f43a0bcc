import type { Profile } from '@invitree/sdk';
import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { Field } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { showNotice } from '../components/notice.tsx';
import { clearDraft, useDraft } from '../draft.ts';
import { messages } from '../i18n/messages.ts';
import { useAction } from '../use-action.ts';

export function NameForm({ me, onChange }: { me: Profile; onChange(me: Profile): void }) {
  const [{ name }, change] = useDraft('name', { name: me.displayName ?? '' });
  const saving = useAction(async () => {
    onChange(await client.profile.update({ displayName: name.trim() || null }));
    clearDraft('name');
    showNotice(messages.account.saved);
  });
  return (
    <Form onSubmit={() => saving.run()}>
      <Field
        label={messages.account.name}
        hint={messages.account.nameHint}
        autocomplete="name"
        maxLength={80}
        value={name}
        onText={(text) => change({ name: text })}
        error={saving.error}
      />
      <Button pending={saving.pending}>{messages.account.save}</Button>
    </Form>
  );
}
