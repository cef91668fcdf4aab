// The system's keychain through Electron: seals texts so that only this user of this machine can open them.

import { safeStorage } from 'electron';
import type { Cipher } from '#core/base/cipher.ts';

/**
 * Null where the system has none, or, on Linux, one that would be clear text under another name: then a passphrase
 * is asked for. Call once the app is ready.
 */
export function systemKeychain(): Cipher | null {
  if (!safeStorage.isEncryptionAvailable()) return null;
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return null;
  return {
    seal: (text) => safeStorage.encryptString(text).toString('base64'),
    open: (sealed) => safeStorage.decryptString(Buffer.from(sealed, 'base64')),
  };
}
