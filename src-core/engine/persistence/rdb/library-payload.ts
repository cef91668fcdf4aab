// FUNCTION DUMP's payload: libraries as an RDB has them, with version and checksum.
//
//   payload = (FUNCTION2 source:string)* version:u16le checksum:u64le            the sum covers all before it
import { type FunctionLibrary, readLibrary } from '../../data/function-library.ts';
import { RdbCursor, StringPlace } from './cursor.ts';
import { sealedPayload } from './dump.ts';
import { rdbOpcode, rdbVersion } from './format.ts';

const footerBytes = 10;

export function dumpLibraries(libraries: Iterable<FunctionLibrary>, compress: boolean): Buffer {
  return sealedPayload({ compress, version: rdbVersion }, (writer) => {
    for (const { source } of libraries) writer.functionLibrary(source);
  });
}

/**
 * The libraries of an intact payload (see `isPayloadIntact`).
 * @throws RdbError or FunctionLibraryError when it holds anything else
 */
export function readLibraryPayload(payload: Buffer): FunctionLibrary[] {
  const cursor = new RdbCursor();
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const place = new StringPlace();
  const libraries: FunctionLibrary[] = [];
  cursor.point(payload, view, 0, payload.length - footerBytes, 0);
  while (cursor.at < cursor.end) {
    if (cursor.buffer[cursor.at++] !== rdbOpcode.function2) cursor.fail('given type is not a function');
    if (!cursor.string(place)) cursor.fail('Failed loading library data');
    libraries.push(readLibrary(Buffer.from(place.bytes())));
  }
  return libraries;
}
