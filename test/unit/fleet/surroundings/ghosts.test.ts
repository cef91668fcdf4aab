// Ghosts: who speaks of them, when they were last seen alive, and how they go.
import { describe, expect, it } from 'vitest';
import { Ghosts, isUsable, type Word } from '#core/fleet/surroundings/ghosts.ts';

const address = { host: '10.0.0.2', port: 6379 };
const word = (more: Partial<Word> = {}): Word => ({
  address,
  role: 'replica',
  masterId: 'm',
  saidBy: 'alpha',
  isAlive: true,
  monotonicMs: 100,
  ...more,
});
const nobody = () => false;
const day = 24 * 3_600_000;

describe('ghosts', () => {
  it('gather all who speak of one address', () => {
    const ghosts = new Ghosts();
    ghosts.update([word(), word({ saidBy: '10.0.0.9:26379', role: 'unknown' }), word()], nobody, 5000, 100);
    expect(ghosts.all).toMatchObject([
      { role: 'replica', masterId: 'm', saidBy: ['alpha', '10.0.0.9:26379'], lastSeenAtMs: 5000 },
    ]);
  });

  it('stay when nobody speaks of them any more, with when they were last seen, for a day', () => {
    const ghosts = new Ghosts();
    ghosts.update([word()], nobody, 5000, 100);
    ghosts.update([], nobody, 9000, 4100);
    expect(ghosts.all).toMatchObject([{ saidBy: [], lastSeenAtMs: 5000, masterId: 'm' }]);
    ghosts.update([], nobody, 9000, 101 + day);
    expect(ghosts.all).toEqual([]);
  });

  it('are not seen by a word that they are down, only told of', () => {
    const ghosts = new Ghosts();
    ghosts.update([word()], nobody, 5000, 100);
    ghosts.update([word({ isAlive: false })], nobody, 9000, 4100);
    expect(ghosts.all).toMatchObject([{ saidBy: ['alpha'], lastSeenAtMs: 5000 }]);
  });

  it('go when their address becomes that of a node', () => {
    const ghosts = new Ghosts();
    ghosts.update([word()], nobody, 5000, 100);
    ghosts.update([], ({ port }) => port === 6379, 5000, 100);
    expect(ghosts.all).toEqual([]);
  });

  it('that a person took away come back only by a newer word', () => {
    const ghosts = new Ghosts();
    ghosts.update([word()], nobody, 5000, 100);
    ghosts.forget(address, 150);
    ghosts.update([word({ monotonicMs: 100 })], nobody, 5000, 160);
    expect(ghosts.all).toEqual([]);
    ghosts.update([word({ monotonicMs: 200 })], nobody, 5000, 200);
    expect(ghosts.all).toHaveLength(1);
  });

  it('are bounded: those not seen for longest go first', () => {
    const ghosts = new Ghosts();
    for (let port = 1; port <= 200; port++) ghosts.update([word({ address: { host: 'h', port } })], nobody, port, port);
    expect(ghosts.all).toHaveLength(128);
    expect(ghosts.all[0]?.address.port).toBe(73);
  });

  it('are not made of addresses that are none', () => {
    expect(
      [address, { host: '?', port: 1 }, { host: '', port: 1 }, { host: 'h', port: 0 }, { host: 'h', port: 70_000 }].map(
        isUsable,
      ),
    ).toEqual([true, false, false, false, false]);
  });
});
