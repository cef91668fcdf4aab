// The messages of the handshake as bytes: those that a relay saw redis-server 7.0.15 send.
import { describe, expect, it } from 'vitest';
import {
  encodeAck,
  encodeMessages,
  introduce,
  pingMessage,
  psyncMessage,
  showMessage,
} from '#core/engine/replication/replica/handshake.ts';

const us = { user: '', password: '', listeningPort: 7302, announceIp: '' };

describe('the handshake', () => {
  it('is byte for byte what Redis 7 sends', () => {
    expect(encodeMessages([pingMessage]).toString()).toBe('*1\r\n$4\r\nPING\r\n');
    expect(encodeMessages(introduce(us)).toString()).toBe(
      '*3\r\n$8\r\nREPLCONF\r\n$14\r\nlistening-port\r\n$4\r\n7302\r\n' +
        '*5\r\n$8\r\nREPLCONF\r\n$4\r\ncapa\r\n$3\r\neof\r\n$4\r\ncapa\r\n$6\r\npsync2\r\n',
    );
    const id = '058a7357af09916f33afe19a683a69c2a8baceb2';
    expect(encodeMessages([psyncMessage({ id, byte: 108 })]).toString()).toBe(
      `*3\r\n$5\r\nPSYNC\r\n$40\r\n${id}\r\n$3\r\n108\r\n`,
    );
    expect(encodeAck(107).toString()).toBe('*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$3\r\n107\r\n');
  });

  it('counts bytes, not characters, in a password', () => {
    const [auth] = introduce({ ...us, password: 'пароль' });
    expect(encodeMessages([auth!]).toString()).toBe('*2\r\n$4\r\nAUTH\r\n$12\r\nпароль\r\n');
  });

  it('strikes out the password and nothing else', () => {
    const [withUser] = introduce({ ...us, user: 'bob', password: 'bob' });
    const [alone] = introduce({ ...us, password: 'AUTH' });
    expect(showMessage(withUser!)).toBe('AUTH bob ***');
    expect(showMessage(alone!)).toBe('AUTH ***');
  });
});
