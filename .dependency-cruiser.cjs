// The floors of the house as rules: imports run downhill only, types too. `npm run check:imports` reads this.

const belowFleet = [
  'src-core/nodes',
  'src-core/remote',
  'src-core/insight',
  'src-core/audit',
  'src-core/contract',
  'src-core/base',
];
/** What stands between the rooms of the fleet: its nodes as one thing, and where they come from. */
const middleOfFleet = [
  ...['fleet', 'views', 'entry', 'node-keeper'].map((file) => `src-core/fleet/${file}.ts`),
  'src-core/fleet/surroundings',
  'src-core/fleet/observing',
];

/** Who may import whom, besides itself. A room that is not listed may be imported by nobody. */
const floors = {
  'src-core/base': [],
  'src-core/contract': [],
  'src-core/resp': ['src-core/base'],
  'src-core/platform': ['src-core/base'],
  'src-core/engine/data': ['src-core/base'],
  'src-core/engine/keyspace': ['src-core/engine/data', 'src-core/base'],
  'src-core/engine/persistence': ['src-core/engine/keyspace', 'src-core/engine/data', 'src-core/resp', 'src-core/base'],
  'src-core/engine/replication': ['src-core/engine/persistence', 'src-core/resp', 'src-core/base'],
  'src-core/engine/commands': [
    'src-core/engine/replication',
    'src-core/engine/persistence',
    'src-core/engine/keyspace',
    'src-core/engine/data',
    'src-core/resp',
    'src-core/base',
  ],
  'src-core/engine/server': [
    'src-core/engine/commands',
    'src-core/engine/replication',
    'src-core/engine/persistence',
    'src-core/engine/keyspace',
    'src-core/resp',
    'src-core/base',
  ],
  'src-core/nodes': ['src-core/contract', 'src-core/base'],
  'src-core/remote': ['src-core/contract', 'src-core/resp', 'src-core/base'],
  'src-core/insight': ['src-core/engine/replication/psync.ts', 'src-core/contract', 'src-core/base'],
  'src-core/audit': ['src-core/contract', 'src-core/base'],
  'src-core/lab': [
    'src-core/nodes',
    'src-core/remote',
    'src-core/insight',
    'src-core/audit',
    'src-core/contract',
    'src-core/base',
  ],
  'src-core/fleet': [...belowFleet],
  // The rooms of the fleet, from the lowest: each may also import what the fleet as a whole may.
  'src-core/fleet/observing': [...belowFleet],
  'src-core/fleet/surroundings': ['src-core/fleet/observing', ...belowFleet],
  'src-core/fleet/discovery': [...middleOfFleet, ...belowFleet],
  'src-core/fleet/plans': [...middleOfFleet, ...belowFleet],
  'src-core/fleet/runs': ['src-core/fleet/plans', ...middleOfFleet, ...belowFleet],
  'src-core/profiles': ['src-core/remote', 'src-core/contract', 'src-core/base'],
  'src-core/host': [
    'src-core/fleet',
    'src-core/profiles',
    'src-core/lab',
    'src-core/nodes',
    'src-core/insight',
    'src-core/audit',
    'src-core/contract',
    'src-core/base',
  ],
  'src-main/electron': ['src-core/host', 'src-core/platform', 'src-core/contract', 'src-core/base'],
  'src-main/page-policy.ts': [],
  'src-main/web': [
    'src-main/page-policy.ts',
    'src-core/host',
    'src-core/platform',
    'src-core/contract',
    'src-core/base',
  ],
  'src-main/preload': [],
  'src-main/launcher': [],
  // The command line is a door: it opens the web shell, or one engine without a host.
  'src-main/cli': [
    'src-main/web',
    'src-core/engine/server',
    'src-core/host',
    'src-core/platform',
    'src-core/contract',
    'src-core/base',
  ],
  'src-renderer': ['src-core/contract'],
};

/** Files that know more than their room, since they put the parts together. */
const exceptions = {
  'src-core/nodes/node-worker.ts': ['src-core/engine/server', 'src-core/platform'],
};

/** Programs: started by a shell or a worker, imported by nobody. */
const entries = [
  'src-main/electron/main.ts',
  'src-main/preload/preload.ts',
  'src-main/cli/main.ts',
  'src-main/launcher/main.ts',
  'src-core/nodes/node-worker.ts',
  'src-renderer/main.tsx',
];

/** Packages with one door, or kept out of rooms that must run anywhere. */
const packages = [
  { name: 'ioredis', door: '^(src-core/remote|test)/' },
  { name: 'ssh2', door: '^(src-core/remote|test)/' },
  { name: 'ws', door: '^(src-main/web|test)/' },
  { name: 'electron', door: '^src-main/(electron|preload)/' },
  { name: 'commander', door: '^src-main/cli/' },
];

const literally = (path) => path.replaceAll('.', '\\.');
const inside = (path) => `^${literally(path)}(/|$)`;

const exceptionFiles = Object.keys(exceptions).map((path) => `^${literally(path)}$`);

const floorRules = Object.entries(floors).map(([room, below]) => ({
  name: `floor-${room.replaceAll('/', '-')}`,
  comment: `${room} may import only ${below.join(', ') || 'nothing of ours'}.`,
  severity: 'error',
  from: { path: inside(room), pathNot: exceptionFiles },
  to: { path: '^(src-|test/)', pathNot: [room, ...below].map(inside) },
}));

const exceptionRules = Object.entries(exceptions).map(([file, more]) => {
  const room = file.slice(0, file.lastIndexOf('/'));
  return {
    name: `floor-of-${file.slice(file.lastIndexOf('/') + 1)}`,
    comment: `${file} may import, besides what ${room} may, only ${more.join(', ')}.`,
    severity: 'error',
    from: { path: `^${literally(file)}$` },
    to: { path: '^(src-|test/)', pathNot: [room, ...floors[room], ...more].map(inside) },
  };
});

const packageRules = packages.map(({ name, door }) => ({
  name: `one-door-to-${name}`,
  comment: `${name} is used behind one door only.`,
  severity: 'error',
  from: { pathNot: door },
  to: { path: `(^|node_modules/)${name}(/|$)`, pathNot: '^(src-|test/)' },
}));

module.exports = {
  forbidden: [
    ...floorRules,
    ...exceptionRules,
    ...packageRules,
    {
      name: 'no-room-without-a-floor',
      comment: 'A new folder gets its row in the table of floors first.',
      severity: 'error',
      from: { path: '^src-', pathNot: Object.keys(floors).map(inside) },
      to: {},
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other to run are one file, or want a third. Types may look both ways.',
      severity: 'error',
      from: { path: '^(src-|test/)' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'entries-are-imported-by-nobody',
      severity: 'error',
      from: {},
      to: { path: entries.map((path) => `^${literally(path)}$`) },
    },
    {
      name: 'the-engine-asks-its-ports',
      comment: 'No socket, file, timer or clock of Node inside: they are handed in, so that a test can play them.',
      severity: 'error',
      from: { path: '^src-core/(base|contract|resp|engine|insight)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'the-contract-knows-only-its-schema',
      severity: 'error',
      from: { path: '^src-core/contract/' },
      to: { path: 'node_modules', pathNot: 'node_modules/(zod|@orpc/contract)/' },
    },
    {
      name: 'the-engine-needs-no-package',
      severity: 'error',
      from: { path: '^src-core/(base|resp|engine|insight)/' },
      to: { path: 'node_modules' },
    },
    {
      name: 'the-page-has-no-node',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: { path: '^(src-|test/)' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|test/fixtures)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.d.ts'],
    },
  },
};
