// Which shell is started, case by case.
import { expect, test } from 'vitest';
import { chooseShell, readWish } from '../../../../src-main/launcher/choose-shell.ts';

const found = { executable: 'electron', whyNot: '' };
const missing = { executable: null, whyNot: 'the Electron binary has not been downloaded' };

test('Electron is chosen where its executable and a display are there', () => {
  expect(chooseShell('auto', found, true)).toEqual({ kind: 'electron', executable: 'electron' });
});

test('without a display the page is served, and it is said why', () => {
  expect(chooseShell('auto', found, false)).toEqual({ kind: 'web', because: 'there is no display' });
});

test('without the binary the page is served, and it is said why', () => {
  expect(chooseShell('auto', missing, true)).toEqual({ kind: 'web', because: missing.whyNot });
});

test('who asks for Electron gets it or a refusal, never the page', () => {
  expect(chooseShell('electron', found, true)).toEqual({ kind: 'electron', executable: 'electron' });
  expect(chooseShell('electron', missing, true)).toEqual({ kind: 'refused', because: missing.whyNot });
  expect(chooseShell('electron', found, false)).toEqual({ kind: 'refused', because: 'there is no display' });
});

test('who asks for the page gets it without a reason', () => {
  expect(chooseShell('web', found, true)).toEqual({ kind: 'web', because: null });
});

test('a shell that is not known is refused by name', () => {
  expect(readWish([])).toBe('auto');
  expect(readWish(['--port', '1', '--shell=web'])).toBe('web');
  expect(() => readWish(['--shell=gtk'])).toThrow('--shell=gtk is not known');
});
