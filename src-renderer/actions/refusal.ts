// Why something cannot be done now: a text key with its parameters, said at the disabled control.
import { say, type TextKey, type TextParams } from '../i18n/i18n.ts';

export interface Refusal {
  readonly key: TextKey;
  readonly params: TextParams;
}

export function refusalText(refusal: Refusal): string {
  return say(refusal.key, refusal.params);
}
