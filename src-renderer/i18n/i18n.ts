// Starts i18next with the one language that there is now, and says a text by its typed key.
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';

/** Dots join rooms of keys; a bar sets off the plural, since Redis's own field names hold underscores. */
const pluralSeparator = '|';

type Texts = typeof en;
type Join<Room extends string, Key extends string> = Room extends '' ? Key : `${Room}.${Key}`;
type WithoutPlural<Key extends string> = Key extends `${infer Base}|one` | `${infer Base}|other` ? Base : Key;
type KeysOf<Node, Room extends string> = {
  [Key in keyof Node & string]: Node[Key] extends string
    ? Join<Room, WithoutPlural<Key>>
    : KeysOf<Node[Key], Join<Room, Key>>;
}[keyof Node & string];

/** Every key of a text, for example `inspector.tabLog`: one that is missing does not compile. */
export type TextKey = KeysOf<Texts, ''>;
export type TextParams = Readonly<Record<string, string | number>>;

export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    defaultNS: 'app',
    resources: { en: { app: en } },
    pluralSeparator,
    contextSeparator: pluralSeparator,
    // React escapes what it draws; escaping twice would show entities.
    interpolation: { escapeValue: false },
    // Its notice to the console is no business of a person's console.
    showSupportNotice: false,
  });
}

/** Texts without parameters, by key: most of what is said each second, and looking one up anew costs more than drawing it. */
const plainTexts = new Map<TextKey, string>();
i18next.on('languageChanged', () => plainTexts.clear());

/** The text of a key in the present language. The window is drawn anew when the language changes (see App). */
export function say(key: TextKey, params?: TextParams): string {
  if (params !== undefined) return i18next.t(key, { ...params });
  const known = plainTexts.get(key);
  if (known !== undefined) return known;
  const text = i18next.t(key);
  if (i18next.isInitialized) plainTexts.set(key, text);
  return text;
}

/** Whether a key that was put together from data (a field's name) has a text. */
export function hasText(key: string): key is TextKey {
  return i18next.exists(key);
}
