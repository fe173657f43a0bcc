import { client } from '../client.ts';
import { forgetDraft, useDraft } from '../draft.ts';
import { say } from '../notice.tsx';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { useAction } from '../use-action.ts';
import { words } from '../words/words.ts';

export function MakeCodeForm({ onMade }: { onMade(): Promise<void> }) {
  const [draft, change] = useDraft('code', { code: '', lastDay: dayAhead(30) });
  const making = useAction(async () => {
    const { code } = await client.referral.createCode({
      code: draft.code.trim() || undefined,
      expiresAt: new Date(`${draft.lastDay}T23:59:59`).toISOString(),
    });
    forgetDraft('code');
    say(words.invite.made(code));
    await onMade();
  });
  return (
    <section>
      <h2>{words.invite.makeTitle}</h2>
      <Form onSubmit={() => making.run()}>
        <Field
          label={`${words.invite.wording} (${words.optional})`}
          hint={words.invite.wordingHint}
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
          label={words.invite.lastDay}
          type="date"
          min={dayAhead(0)}
          max={dayAhead(364)}
          required
          value={draft.lastDay}
          onText={(lastDay) => change({ lastDay })}
          error={making.error}
        />
        <Button pending={making.pending}>{words.invite.make}</Button>
      </Form>
    </section>
  );
}

/** Where the person is, as `2026-11-20`. */
function dayAhead(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() + days);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}
