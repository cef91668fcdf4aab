// Lines of CLIENT LIST as real servers write them, and other text.
import { expect, it } from 'vitest';
import { parseClientList, toAddress } from '#core/remote/client-list.ts';

const line =
  'id=3 addr=127.0.0.1:55066 laddr=127.0.0.1:7911 fd=8 name= age=3 idle=3 flags=S db=0 sub=0 psub=0 qbuf=12 ' +
  'qbuf-free=0 obl=0 oll=0 omem=4096 tot-mem=1800 events=r cmd=psync user=default redir=-1 resp=2';

const entry = {
  address: { host: '127.0.0.1', port: 55066 },
  flags: 'S',
  command: 'psync',
  omemBytes: 4096,
  qbufBytes: 12,
};

it('gives the address, name, flags and buffers of each client', () => {
  expect(parseClientList(`${line}\n${line.replace('id=3', 'id=4').replace('name=', 'name=app')}\n`)).toEqual([
    { id: 3, name: '', ...entry },
    { id: 4, name: 'app', ...entry },
  ]);
});

it('skips lines that are no clients, and knows nothing from what is no list', () => {
  expect(parseClientList('hello\n\nworld=1\n')).toEqual([]);
  expect(parseClientList('')).toEqual([]);
  expect(parseClientList({ error: 'NOPERM' })).toBeNull();
  expect(parseClientList(null)).toBeNull();
});

it('reads the addresses of IPv6', () => {
  expect(toAddress('[fd00::7]:6379')).toEqual({ host: 'fd00::7', port: 6379 });
  expect(toAddress('nonsense')).toEqual({ host: '', port: 0 });
});
