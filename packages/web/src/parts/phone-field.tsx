import { region } from '../client.ts';
import { caretAfter, countryOf, formatPhone } from '../phone.ts';
import { countryName, words } from '../words/words.ts';
import { Field } from './field.tsx';

interface Props {
  value: string;
  onText(text: string): void;
  error: unknown;
}

/** A phone, grouped while it is typed, with the country that its first digits say. */
export function PhoneField({ value, onText, error }: Props) {
  const country = countryOf(value, region);
  return (
    <Field
      label={words.signIn.phone}
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
        // Set here, so that Preact finds nothing to change and leaves the caret alone.
        input.value = formatted;
        input.setSelectionRange(caret, caret);
        onText(formatted);
      }}
    />
  );
}
