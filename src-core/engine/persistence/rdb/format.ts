// The bytes of an RDB file: versions 1 to 12, as Redis up to 8.4 and Valkey up to 8.1 write and read them.
//
//   file     = "REDIS" version:4-digits item* EOF [checksum:u64le]     the checksum from version 5 on; 0 = not made
//   item     = AUX string string                                       name and value
//            | SELECTDB length | RESIZEDB length length                keys in all, keys with an expiry
//            | FUNCTION2 string                                        a library's source
//            | MODULE_AUX length ...                                   data of a module, outside of any key
//            | SLOT_INFO length length length                          a cluster's slot, its keys, those with an expiry
//            | prefix* type:u8 key:string value                        the value's form is the type's
//   prefix   = EXPIRETIME seconds:i32le | EXPIRETIME_MS ms:i64le | IDLE length | FREQ u8
//   length   = 00llllll | 01llllll l8 | 0x80 u32be | 0x81 u64be | 11eeeeee         e: the string is encoded, see below
//   string   = length bytes | C0 i8 | C1 i16le | C2 i32le (an integer's text) | C3 length length bytes (LZF: compressed
//              length, length, compressed bytes)
//
//   0 string  = string                            9 zipmap, 10 list ziplist, 11 intset, 12 zset ziplist,
//   1 list    = length string*                    13 hash ziplist, 16 hash listpack, 17 zset listpack
//   2 set     = length string*                            20 set listpack = string (the packed bytes)
//   3 zset    = length (string score)*            14 list = length string*             each a ziplist
//   4 hash    = length (string string)*           18 list = length (container string)* 1: one plain element, 2: a listpack
//   5 zset    = length (string f64le)*
//   15 stream = nodes length lastId groups             19 stream = nodes length lastId firstId deletedId added:length groups
//   24 hash    = first:i64le length (ttl:length field:string value:string)*          ttl 0: it stays, else it ends at first + ttl - 1
//   25 hash    = first:i64le string (a listpack: field value moment ...)              moment 0: it stays; first is the least moment
//   21 stream = as 19, and each consumer says when it last got something
//   nodes     = length (id:string listpack:string)*    id = 16 bytes, highest first      lastId ... = length length
//   groups    = length (name:string lastId read:length pending consumers)*         read: in 19 only; 2^64 - 1 = unknown
//   pending   = length (16-byte-id delivered:i64le deliveries:length)*
//   consumers = length (name:string seen:i64le active:i64le length 16-byte-id*)*   active: in 21 only; the ids are some
//                                                                                  of the pending ones
//   score     = FD (NaN) | FE (+inf) | FF (-inf) | length:u8 text
//
// Source: rdb.h and rdb.c of Redis 7.0 and 7.4; https://rdb.fnordig.de/file_format.html for what is older.

/** What files begin with; the version's four digits follow. */
export const rdbMagic = 'REDIS';
export const rdbHeaderBytes = rdbMagic.length + 4;
/** What we write, and the highest that Redis 7.0 reads. */
export const rdbVersion = 10;
/** Has a form for hashes with fields that expire; Redis reads it from 7.4 on, Valkey does not. */
export const rdbVersionOfFieldExpiries = 12;
/** What servers from 5.0 to 6.2 read: without packed forms of 7.0, which are written element by element. */
export const rdbVersionBeforeListpacks = 9;
/** The highest that we read. */
export const rdbVersionReadMax = 12;
/** The server that we say wrote the file: the one whose types and encodings we write. */
export const rdbRedisVersion = '7.0.15';
/** From this version on a checksum ends the file. */
export const rdbChecksumSinceVersion = 5;
export const rdbChecksumBytes = 8;

export const rdbOpcode = {
  slotInfo: 0xf4,
  function2: 0xf5,
  functionPreGa: 0xf6,
  moduleAux: 0xf7,
  idle: 0xf8,
  frequency: 0xf9,
  aux: 0xfa,
  resizeDatabase: 0xfb,
  expiryMs: 0xfc,
  expirySeconds: 0xfd,
  selectDatabase: 0xfe,
  endOfFile: 0xff,
} as const;

export const rdbType = {
  string: 0,
  list: 1,
  set: 2,
  zsetText: 3,
  hash: 4,
  zset: 5,
  modulePreGa: 6,
  module: 7,
  hashZipmap: 9,
  listZiplist: 10,
  setIntset: 11,
  zsetZiplist: 12,
  hashZiplist: 13,
  listQuicklist: 14,
  stream: 15,
  hashListpack: 16,
  zsetListpack: 17,
  listQuicklist2: 18,
  stream2: 19,
  setListpack: 20,
  stream3: 21,
  hashExpiring: 24,
  hashExpiringListpack: 25,
} as const;

/** First two bits of a length. */
export const rdbLengthForm = { six: 0, fourteen: 1, wide: 2, encoded: 3 } as const;
export const rdbLength32 = 0x80;
export const rdbLength64 = 0x81;

/** The last six bits, where the first two say that a string is encoded. */
export const rdbStringEncoding = { int8: 0, int16: 1, int32: 2, lzf: 3 } as const;

/** The containers of a node of list type 18. */
export const rdbNodeContainer = { plain: 1, packed: 2 } as const;

/** First byte of an old text score, where it is no length. */
export const rdbTextScore = { notANumber: 253, infinity: 254, minusInfinity: 255 } as const;

/** No string may be longer: Redis's proto-max-bulk-len. Bounds what a forged length may ask for. */
export const rdbStringBytesMax = 512 * 1024 * 1024;
/** Redis tries to compress only strings longer than this, and keeps the result only if it saves `rdbCompressionGainBytes`. */
export const rdbCompressAboveBytes = 20;
export const rdbCompressionGainBytes = 4;
/** Texts up to this length may be integers of 32 bits. */
export const rdbIntegerTextMax = 11;

/** Why a file cannot be read. `offset` counts bytes from its beginning, to the item that is wrong. */
export class RdbError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} (at byte ${offset} of the RDB)`);
    this.name = 'RdbError';
    this.offset = offset;
  }
}
