// One direction of a relay under each fault, in simulated time.
import { expect, test } from 'vitest';
import type { Direction, Fault } from '#core/contract/faults.ts';
import { stepFault } from '#core/lab/fault-state.ts';
import { Lane, laneBytesMax } from '#core/lab/lane.ts';
import { makeTreatment } from '#core/lab/treatment.ts';
import { SimulatedTime } from '../../support/simulated-time.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

class Scene {
  readonly time = new SimulatedTime();
  readonly sent: { atMs: number; text: string }[] = [];
  readonly events: string[] = [];
  sinkTakes = true;
  readonly lane: Lane;

  constructor(fault: Fault | null = null) {
    const ends = {
      send: (chunk: Buffer) => {
        this.sent.push({ atMs: this.time.nowMs() - 1_000_000, text: chunk.toString('latin1') });
        return this.sinkTakes;
      },
      end: () => void this.events.push('end'),
      pauseSource: () => void this.events.push('pause'),
      resumeSource: () => void this.events.push('resume'),
      trip: () => void this.events.push('trip'),
    };
    this.lane = new Lane(ends, this.time, this.treatment(fault));
  }

  treatment(fault: Fault | null, direction: Direction = 'toReplica') {
    const { state } =
      fault === null
        ? { state: { kind: 'passing' } as const }
        : stepFault({ kind: 'passing' }, { kind: 'set', fault, nowMs: 0 });
    return makeTreatment(state, direction, this.time.monotonicMs());
  }

  get text(): string {
    return this.sent.map(({ text }) => text).join('');
  }
}

test('without a fault bytes pass at once, and the end behind them', () => {
  const scene = new Scene();
  scene.lane.take(bytes('ab'));
  scene.lane.finish();
  expect(scene.sent).toEqual([{ atMs: 0, text: 'ab' }]);
  expect(scene.events).toEqual(['end']);
});

test('a delay keeps each piece back for its time, the end too, and the order', () => {
  const scene = new Scene({ kind: 'delay', toReplicaMs: 100, toMasterMs: 7, jitterMs: 0 });
  scene.lane.take(bytes('a'));
  scene.time.advance(40);
  scene.lane.take(bytes('b'));
  scene.lane.finish();
  scene.time.advance(99);
  expect(scene.events).toEqual([]);
  scene.time.advance(1);
  expect(scene.sent).toEqual([
    { atMs: 100, text: 'a' },
    { atMs: 140, text: 'b' },
  ]);
  expect(scene.events).toEqual(['end']);
});

test('jitter never lets a later piece overtake', () => {
  const scene = new Scene({ kind: 'delay', toReplicaMs: 0, toMasterMs: 0, jitterMs: 500 });
  const text = 'abcdefghijklmnop';
  for (const letter of text) scene.lane.take(bytes(letter));
  scene.time.advance(500);
  expect(scene.text).toBe(text);
});

test('a delay that is taken off lets what waits go at once', () => {
  const scene = new Scene({ kind: 'delay', toReplicaMs: 60_000, toMasterMs: 0, jitterMs: 0 });
  scene.lane.take(bytes('late'));
  scene.lane.treat(scene.treatment(null));
  expect(scene.text).toBe('late');
  expect(scene.time.waiting).toBe(0);
});

test('a throttle lets its bytes a second pass, and no more', () => {
  const scene = new Scene({ kind: 'throttle', bytesPerSecond: 1000 });
  scene.lane.take(Buffer.alloc(5000, 0x78));
  scene.time.advance(2000);
  // What it saves up in 50 ms goes at once.
  expect(scene.text.length).toBeGreaterThanOrEqual(2000);
  expect(scene.text.length).toBeLessThanOrEqual(2050);
  scene.time.advance(3100);
  expect(scene.text.length).toBe(5000);
});

test('a throttle of one byte a second passes a byte a second', () => {
  const scene = new Scene({ kind: 'throttle', bytesPerSecond: 1 });
  scene.lane.take(bytes('abc'));
  expect(scene.text).toBe('a');
  scene.time.advance(1100);
  expect(scene.text).toBe('ab');
  scene.time.advance(1000);
  expect(scene.text).toBe('abc');
});

test('a drop takes everything and says nothing, not even the end', () => {
  const scene = new Scene({ kind: 'drop', direction: 'toReplica' });
  scene.lane.take(bytes('gone'));
  scene.lane.finish();
  expect({ text: scene.text, events: scene.events, hasLost: scene.lane.hasLost }).toEqual({
    text: '',
    events: [],
    hasLost: true,
  });
});

test('a drop of the other direction leaves this one alone', () => {
  const scene = new Scene({ kind: 'drop', direction: 'toMaster' });
  scene.lane.take(bytes('here'));
  expect({ text: scene.text, hasLost: scene.lane.hasLost }).toEqual({ text: 'here', hasLost: false });
});

test('a byte at an offset is changed wherever the reads end, and no other', () => {
  for (const size of [1, 2, 3, 10]) {
    const where = { kind: 'atByte', byte: 4 } as const;
    const scene = new Scene({ kind: 'corrupt', direction: 'toReplica', where, seed: 9 });
    for (let at = 0; at < 10; at += size) scene.lane.take(bytes('abcdefghij'.slice(at, at + size)));
    const changed = [...scene.text].flatMap((letter, at) => (letter === 'abcdefghij'[at] ? [] : [at]));
    expect(changed).toEqual([4]);
  }
});

test('one byte in a hundred is changed, the same ones for the same seed', () => {
  const harm = (seed: number) => {
    const where = { kind: 'rate', everyBytes: 100 } as const;
    const scene = new Scene({ kind: 'corrupt', direction: 'toReplica', where, seed });
    for (let n = 0; n < 100; n++) scene.lane.take(Buffer.alloc(1000));
    return [...scene.text].flatMap((letter, at) => (letter === '\0' ? [] : [at]));
  };
  const first = harm(1);
  expect(first.length).toBeGreaterThan(800);
  expect(first.length).toBeLessThan(1200);
  expect(harm(1)).toEqual(first);
  expect(harm(2)).not.toEqual(first);
});

test('a cut after three bytes lets exactly those pass and trips', () => {
  const scene = new Scene({ kind: 'cutAfter', direction: 'toReplica', bytes: 3 });
  scene.lane.take(bytes('ab'));
  expect(scene.events).toEqual([]);
  scene.lane.take(bytes('cd'));
  expect({ text: scene.text, events: scene.events }).toEqual({ text: 'abc', events: ['trip'] });
});

test('a cut at a word keeps the word back and trips', () => {
  const scene = new Scene({ kind: 'cutAt', direction: 'toReplica', text: '+CONTINUE' });
  scene.lane.take(bytes('+OK\r\n+CONTINUE\r\n'));
  expect({ text: scene.text, events: scene.events }).toEqual({ text: '+OK\r\n', events: ['trip'] });
});

test('a stalled lane does not read, and goes on where it stopped', () => {
  const scene = new Scene();
  scene.lane.take(bytes('a'));
  scene.lane.treat(scene.treatment({ kind: 'stall' }));
  expect(scene.events).toEqual(['pause']);
  scene.lane.take(bytes('b'));
  expect(scene.text).toBe('a');
  scene.lane.treat(scene.treatment(null));
  expect({ text: scene.text, events: scene.events }).toEqual({ text: 'ab', events: ['pause', 'resume'] });
});

test('a stalled lane keeps the end of its sender back too', () => {
  const scene = new Scene({ kind: 'stall' });
  scene.lane.finish();
  expect(scene.events).not.toContain('end');
  scene.lane.treat(scene.treatment(null));
  expect(scene.events).toContain('end');
});

test('a receiver that takes nothing stops the sender at the bound, until half of it has left', () => {
  const scene = new Scene();
  scene.sinkTakes = false;
  const chunk = Buffer.alloc(65_536);
  while (!scene.events.includes('pause')) {
    scene.lane.take(chunk);
    expect(scene.lane.queuedBytes).toBeLessThanOrEqual(laneBytesMax + chunk.length);
  }
  // One piece leaves at each drain, as the receiver fills up again at once.
  while (!scene.events.includes('resume')) scene.lane.drained();
  expect(scene.lane.queuedBytes).toBeLessThan(laneBytesMax / 2);
  expect(scene.lane.queuedBytes).toBeGreaterThan(laneBytesMax / 4);
});

test('a lane that is closed leaves no timer and sends nothing more', () => {
  const scene = new Scene({ kind: 'delay', toReplicaMs: 100, toMasterMs: 0, jitterMs: 0 });
  scene.lane.take(bytes('late'));
  scene.lane.dispose();
  scene.time.advance(1000);
  expect({ waiting: scene.time.waiting, text: scene.text }).toEqual({ waiting: 0, text: '' });
});
