// Seals texts so that only the holder of a key can open them.

export interface Cipher {
  seal(text: string): string;
  /** @throws Error when it was sealed by another key, or changed since */
  open(sealed: string): string;
}
