import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { Field } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { showNotice } from '../components/notice.tsx';
import { clearDraft, useDraft } from '../draft.ts';
import { messages } from '../i18n/messages.ts';
import { useAction } from '../use-action.ts';

export function ActivateForm({ onActivated }: { onActivated(): Promise<void> }) {
  const [{ code }, change] = useDraft('activate', { code: '' });
  const activating = useAction(async () => {
    const { inviteCode } = await client.referral.activate({ inviteCode: code });
    clearDraft('activate');
    showNotice(messages.activate.done(inviteCode));
    await onActivated();
  });
  return (
    <>
      <h2>{messages.activate.title}</h2>
      <Form onSubmit={() => activating.run()}>
        <Field
          label={messages.activate.code}
          hint={messages.activate.hint}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          maxLength={64}
          required
          value={code}
          onText={(text) => {
            change({ code: text });
            if (activating.error !== undefined) activating.reset();
          }}
          error={activating.error}
        />
        <Button kind="plain" pending={activating.pending}>
          {messages.activate.submit}
        </Button>
      </Form>
    </>
  );
}
