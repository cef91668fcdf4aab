// A short piece of a node's line, for legends and tips.
import { seriesLook } from './series-looks.ts';

export function LineSample({ index }: { readonly index: number }) {
  const look = seriesLook(index);
  return (
    <svg className="line-sample" viewBox="0 0 18 6" aria-hidden="true">
      <path d="M0 3h18" stroke={look.colour} strokeWidth="2.4" strokeDasharray={look.dashes} />
    </svg>
  );
}
