import { region } from '../client.ts';
import { countryName, messages } from '../i18n/messages.ts';
import { caretAfter, countryOf, formatPhone } from '../phone.ts';
import { Field } from './field.tsx';

interface Props {
  value: string;
  onText(text: string): void;
  error: unknown;
}

/** A phone input that groups digits while they are typed and shows the number's country. */
export function PhoneField({ value, onText, error }: Props) {
  const country = countryOf(value, region);
  return (
    <Field
      label={messages.signIn.phone}
      type="tel"
      inputMode="tel"
      autocomplete="tel"
      maxLength={40}
      required
      value={value}
      hint={country && countryName(country)}
      error={error}
      onText={(typed, input) => {
        const formatted = formatPhone(typed, region);
        const caret = caretAfter(formatted, typed, input.selectionStart ?? typed.length);
        // With the value already set, Preact leaves the input, and so the caret, alone.
        input.value = formatted;
        input.setSelectionRange(caret, caret);
        onText(formatted);
      }}
    />
  );
}
