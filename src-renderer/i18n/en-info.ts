// One sentence for each field of INFO replication, master and replica side, as Redis 6.0 to 8.0 and Valkey 8.1 write them.

export const infoSentences = {
  role: 'Whether this server takes writes of its own (master) or copies another one (slave, the wire word for replica).',
  connected_slaves: 'How many replicas are connected to this server at this moment.',
  slaveN:
    'One connected replica: its address, the state of its link, the offset it acknowledged, and lag, the seconds since that acknowledgement (an age, not an amount of data).',
  replicas_waiting_psync:
    'How many replicas have their snapshot coming over a connection of its own, and have not asked for the writes yet.',
  master_failover_state: 'How far a coordinated FAILOVER has come; no-failover when none runs.',
  master_replid: 'The name of the history this server is on: servers that share it can continue from one another.',
  master_replid2:
    'The history it was on before its last promotion: replicas of that one may still continue, up to second_repl_offset.',
  master_repl_offset: 'How many bytes of commands this history has counted so far; it grows with every write.',
  second_repl_offset: 'The first byte that is no longer shared with the previous history; -1 when there is none.',
  repl_backlog_active:
    'Whether recent stream bytes are being kept, so that a replica can return without a full copy (1 or 0).',
  repl_backlog_size: 'How many bytes of recent stream are kept at most (repl-backlog-size).',
  repl_backlog_first_byte_offset: 'The oldest byte still kept: a replica that lacks an earlier one needs a full copy.',
  repl_backlog_histlen: 'How many bytes of stream are kept right now.',
  master_host: 'The host of the master that this replica was told to follow.',
  master_port: 'The port of the master that this replica was told to follow.',
  master_link_status: 'Whether the stream from the master is flowing (up) or not (down).',
  master_last_io_seconds_ago: 'Seconds since anything arrived from the master; -1 while the link is down.',
  master_sync_in_progress: 'Whether the replica is receiving a full copy right now (1 or 0).',
  slave_read_repl_offset: 'The byte up to which the replica has read the stream, applied or not.',
  slave_repl_offset: 'The byte up to which the replica has applied the stream to its data.',
  master_sync_total_bytes:
    'The size of the full copy being received; 0 when the master streams it without saying a length.',
  master_sync_read_bytes: 'How much of the full copy has been received so far.',
  master_sync_left_bytes: 'How much of the full copy is still to come.',
  master_sync_perc: 'The part of the full copy that has been received, in per cent.',
  master_sync_last_io_seconds_ago: 'Seconds since a byte of the full copy arrived; when it grows, the transfer hangs.',
  master_link_down_since_seconds: 'How long the link to the master has been down; -1 if it was never up.',
  replica_full_sync_buffer_size:
    'Writes that this replica keeps while its snapshot comes over a second connection, in bytes.',
  replica_full_sync_buffer_peak: 'The most bytes of such writes that were kept at one time.',
  replicas_repl_buffer_size:
    'Writes that this replica keeps while its snapshot comes over a second connection, in bytes.',
  replicas_repl_buffer_peak: 'The most bytes of such writes that were kept at one time.',
  slave_priority: 'Rank for Sentinel when it chooses a new master: lower is preferred, 0 means never.',
  slave_read_only: 'Whether this replica refuses writes of clients (1); with 0 it can drift from its master.',
  replica_announced: 'Whether Sentinel may report this replica to clients (1 or 0).',
  min_slaves_good_slaves: 'How many replicas are close enough behind to count for min-replicas-to-write.',
} as const;
