// How long an open transaction is: all of it must be asked for again when the link is lost before its EXEC.
import { expect, it } from 'vitest';
import { encodeRequest } from '#core/resp/request-decoder.ts';
import { BareExecutor } from '../../../support/bare-executor.ts';

it('counts every request from MULTI on, those too that are refused, until EXEC', () => {
  const replica = new BareExecutor({ kind: 'master' });
  const requests = [['MULTI'], ['SET', 'k', 'v'], ['NOSUCHCOMMAND', 'x'], ['SET', 'k'], ['INCR', 'n']];
  let bytes = 0;
  for (const words of requests) {
    replica.run(...words);
    bytes += encodeRequest(words).length;
    expect({ after: words, bytes: replica.session.transaction?.bytes }).toEqual({ after: words, bytes });
  }
  replica.run('EXEC');
  expect(replica.session.transaction).toBeNull();
});
