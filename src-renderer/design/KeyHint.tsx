// A key combination as a person reads it: mod is Ctrl, and ⌘ on a Mac.

const isMac = navigator.platform.startsWith('Mac');
const names: Readonly<Record<string, string>> = { mod: isMac ? '⌘' : 'Ctrl', alt: isMac ? '⌥' : 'Alt' };

export function KeyHint({ keys }: { readonly keys: string }) {
  const text = keys
    .split('+')
    .map((key) => names[key] ?? key)
    .join(' ');
  return <kbd className="key">{text}</kbd>;
}
