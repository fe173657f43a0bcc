import type { Profile } from '@invitree/sdk';
import { client } from '../client.ts';
import { forgetDraft, useDraft } from '../draft.ts';
import { say } from '../notice.tsx';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { useAction } from '../use-action.ts';
import { words } from '../words/words.ts';

export function NameForm({ me, onChange }: { me: Profile; onChange(me: Profile): void }) {
  const [{ name }, change] = useDraft('name', { name: me.displayName ?? '' });
  const saving = useAction(async () => {
    onChange(await client.profile.update({ displayName: name.trim() || null }));
    forgetDraft('name');
    say(words.account.saved);
  });
  return (
    <Form onSubmit={() => saving.run()}>
      <Field
        label={words.account.name}
        hint={words.account.nameHint}
        autocomplete="name"
        maxLength={80}
        value={name}
        onText={(text) => change({ name: text })}
        error={saving.error}
      />
      <Button pending={saving.pending}>{words.account.save}</Button>
    </Form>
  );
}
