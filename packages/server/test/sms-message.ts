import type { SmsMessage } from '../src/sms/port.ts';
import type { HttpGateway } from '../src/sms/senders/http.ts';

/** A message with a random id. */
export const smsMessage = (more: Partial<SmsMessage> = {}): SmsMessage => ({
  id: crypto.randomUUID(),
  to: '+79991234567',
  text: '1234 is your code',
  ...more,
});

/** A gateway that receives messages as JSON. */
export const jsonGateway = (url: string): HttpGateway => ({
  url,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"to":"{to}","text":"{text}"}',
});
