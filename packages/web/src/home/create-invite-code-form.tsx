import { client } from '../client.ts';
import { Button } from '../components/button.tsx';
import { Field } from '../components/field.tsx';
import { Form } from '../components/form.tsx';
import { showNotice } from '../components/notice.tsx';
import { clearDraft, useDraft } from '../draft.ts';
import { messages } from '../i18n/messages.ts';
import { useAction } from '../use-action.ts';

export function CreateInviteCodeForm({ onCreated }: { onCreated(): Promise<void> }) {
  const [draft, change] = useDraft('code', { code: '', lastDay: daysFromNow(30) });
  const creating = useAction(async () => {
    const { code } = await client.referral.createCode({
      code: draft.code.trim() || undefined,
      expiresAt: new Date(`${draft.lastDay}T23:59:59`).toISOString(),
    });
    clearDraft('code');
    showNotice(messages.invite.created(code));
    await onCreated();
  });
  return (
    <section>
      <h2>{messages.invite.createTitle}</h2>
      <Form onSubmit={() => creating.run()}>
        <Field
          label={`${messages.invite.customCode} (${messages.optional})`}
          hint={messages.invite.customCodeHint}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
          minLength={4}
          maxLength={20}
          pattern="[A-Za-z0-9\-]*"
          value={draft.code}
          onText={(code) => change({ code })}
        />
        <Field
          label={messages.invite.lastDay}
          type="date"
          min={daysFromNow(0)}
          max={daysFromNow(364)}
          required
          value={draft.lastDay}
          onText={(lastDay) => change({ lastDay })}
          error={creating.error}
        />
        <Button pending={creating.pending}>{messages.invite.create}</Button>
      </Form>
    </section>
  );
}

/** A date in the user's time zone, as `2026-11-20`. */
function daysFromNow(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() + days);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}
