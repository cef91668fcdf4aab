// The look of each node's line: a colour of the tokens and a dash of its own, so that colour is never the only sign.

export interface SeriesLook {
  readonly colour: string;
  /** As of `stroke-dasharray`. */
  readonly dashes: string;
}

const seriesLooks: readonly SeriesLook[] = [
  { colour: 'var(--series-1)', dashes: 'none' },
  { colour: 'var(--series-2)', dashes: '7 2' },
  { colour: 'var(--series-3)', dashes: '3 2' },
  { colour: 'var(--series-4)', dashes: '8 2 2 2' },
  { colour: 'var(--series-5)', dashes: '1.5 2' },
  { colour: 'var(--series-6)', dashes: '10 3 3 3' },
];

/** The look of the node at this place among all nodes; after the last one they begin again. */
export function seriesLook(index: number): SeriesLook {
  return seriesLooks[index % seriesLooks.length] as SeriesLook;
}
