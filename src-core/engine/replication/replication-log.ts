// How replication speaks to the server's log, with Redis's levels; the marks M and S are the log's own doing.

export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning';

export type Log = (level: LogLevel, text: string) => void;
