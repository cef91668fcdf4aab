// Which Redis this engine speaks like.

/** What clients, replicas and Sentinels are told, so that they treat us as what we speak like. */
export const REDIS_VERSION = '7.0.15';
