// A state's sign: each tone has a shape of its own, so that colour is never the only word.
import type { Tone } from '../store/node-state.ts';

const shapes: Readonly<Record<Tone, React.ReactNode>> = {
  healthy: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  syncing: (
    <>
      <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M5 1a4 4 0 0 1 0 8z" fill="currentColor" />
    </>
  ),
  warning: <path d="M5 0.6 9.7 9.2H0.3z" fill="currentColor" />,
  down: <path d="M1.4 1.4 8.6 8.6M8.6 1.4 1.4 8.6" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />,
  unknown: <circle cx="5" cy="5" r="3.8" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2 1.6" />,
};

export function StateGlyph({ tone }: { readonly tone: Tone }) {
  return (
    <svg className={`state-glyph tone-${tone}`} viewBox="0 0 10 10" aria-hidden="true">
      {shapes[tone]}
    </svg>
  );
}
