// The name of the module that wrote a value: an RDB carries it in 64 bits, nine letters of six bits and a version of ten.

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const nameLetters = 9;
const letterBits = 6n;
const versionBits = 10n;

/** Such as `ReJSON-RL version 3`. */
export function moduleName(id: bigint): string {
  let name = '';
  for (let at = 0; at < nameLetters; at++) {
    const shift = versionBits + letterBits * BigInt(nameLetters - 1 - at);
    name += letters[Number((id >> shift) & 63n)];
  }
  return `${name} version ${id & ((1n << versionBits) - 1n)}`;
}
