// Who hears what, in both protocols, and what is left when somebody leaves.
import { expect, test } from 'vitest';
import { PubSub } from '#core/engine/server/pubsub.ts';
import { TestSession } from '../../../support/bare-session.ts';

const publish = (pubsub: PubSub, channel: string, message: string) =>
  pubsub.publish(Buffer.from(channel, 'latin1'), Buffer.from(message, 'latin1'));

test('a message goes to the subscribers of the channel and of each pattern that fits, each in its protocol', () => {
  const pubsub = new PubSub();
  const [one, two] = [new TestSession(1), new TestSession(2)];
  two.protocol = 3;
  pubsub.subscribe(one, 'news');
  pubsub.subscribe(two, 'news');
  pubsub.subscribePattern(two, 'n*');
  pubsub.subscribePattern(two, 'other*');
  expect(publish(pubsub, 'news', 'hi')).toBe(3);
  expect(one.pushed).toEqual(['*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n']);
  expect(two.pushed).toEqual([
    '>3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$2\r\nhi\r\n',
    '>4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n$2\r\nhi\r\n',
  ]);
});

test('bytes that are no UTF-8 arrive as they are', () => {
  const pubsub = new PubSub();
  const session = new TestSession(1);
  pubsub.subscribe(session, '\xff\x00');
  publish(pubsub, '\xff\x00', '\x80\r\n');
  expect(session.pushed).toEqual(['*3\r\n$7\r\nmessage\r\n$2\r\n\xff\x00\r\n$3\r\n\x80\r\n\r\n']);
});

test('subscriptions are counted over channels and patterns, and a second one to the same is none', () => {
  const pubsub = new PubSub();
  const session = new TestSession(1);
  expect([
    pubsub.subscribe(session, 'a'),
    pubsub.subscribe(session, 'a'),
    pubsub.subscribePattern(session, 'a'),
    pubsub.unsubscribe(session, 'b'),
    pubsub.unsubscribe(session, 'a'),
  ]).toEqual([1, 1, 2, 2, 1]);
  expect([session.subscriptions, pubsub.patternCount, pubsub.channelCount, pubsub.subscribersOf('a')]).toEqual([
    1, 1, 0, 0,
  ]);
});

test('who is forgotten hears nothing more, and leaves nothing behind', () => {
  const pubsub = new PubSub();
  const session = new TestSession(1);
  pubsub.subscribe(session, 'a');
  pubsub.subscribePattern(session, '*');
  pubsub.forget(session);
  expect(publish(pubsub, 'a', 'x')).toBe(0);
  expect([session.pushed, session.subscriptions, [...pubsub.channels()], pubsub.patternCount]).toEqual([[], 0, [], 0]);
});
