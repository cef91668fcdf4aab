// The hue of a history: nodes of one replication id share it, whatever their place in the tree.

/** Hues of OKLCH that no state has: neither the red of down nor the amber, teal, blue or violet of the others. */
const hues = [100, 125, 205, 230, 278, 325, 350] as const;

/**
 * A colour for a replication id. Equal ids give equal colours; it is a hint beside the id's first letters, never alone.
 *
 * @param replicationId forty hexadecimal digits, or null where it was never read
 */
export function lineageColour(replicationId: string | null): string {
  if (replicationId === null) return 'var(--line-strong)';
  let hash = 7;
  for (let i = 0; i < replicationId.length; i++) hash = (hash * 31 + replicationId.charCodeAt(i)) >>> 0;
  return `oklch(var(--lineage-lightness) 0.13 ${hues[hash % hues.length]})`;
}
