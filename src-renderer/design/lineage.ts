// The hue of a history: nodes of one replication id share it, whatever their place in the tree.

/**
 * Muted earth, olive, slate and mauve: pale enough that none reads as one of the meanings (teal, blue, amber, red, violet).
 * Chroma and hue of OKLCH.
 */
const hues = ['0.02 80', '0.075 112', '0.05 55', '0.045 245', '0.06 345', '0.07 135'] as const;

/**
 * A colour for a replication id. Equal ids give equal colours; it is a hint beside the id's first letters, never alone.
 *
 * @param replicationId forty hexadecimal digits, or null where it was never read
 */
export function lineageColour(replicationId: string | null): string {
  if (replicationId === null) return 'var(--line-strong)';
  let hash = 7;
  for (let i = 0; i < replicationId.length; i++) hash = (hash * 31 + replicationId.charCodeAt(i)) >>> 0;
  return `oklch(var(--lineage-lightness) ${hues[hash % hues.length]})`;
}
