import { client } from '../client.ts';
import { forgetDraft, useDraft } from '../draft.ts';
import { say } from '../notice.tsx';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { useAction } from '../use-action.ts';
import { words } from '../words/words.ts';

export function ActivateForm({ onActivated }: { onActivated(): Promise<void> }) {
  const [{ code }, change] = useDraft('activate', { code: '' });
  const activating = useAction(async () => {
    const { inviteCode } = await client.referral.activate({ inviteCode: code });
    forgetDraft('activate');
    say(words.activate.done(inviteCode));
    await onActivated();
  });
  return (
    <>
      <h2>{words.activate.title}</h2>
      <Form onSubmit={() => activating.run()}>
        <Field
          label={words.activate.code}
          hint={words.activate.hint}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={64}
          required
          value={code}
          onText={(text) => {
            change({ code: text });
            if (activating.error !== undefined) activating.forget();
          }}
          error={activating.error}
        />
        <Button kind="plain" pending={activating.pending}>
          {words.activate.submit}
        </Button>
      </Form>
    </>
  );
}
