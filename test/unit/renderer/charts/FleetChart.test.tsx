// Charts as they are drawn: lines, round values, and one moment under the pointer in all of them.
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { hoverCharts } from '../../../../src-renderer/charts/chart-hover.ts';
import { FleetChart } from '../../../../src-renderer/charts/FleetChart.tsx';

const rows = [
  { atMs: 10_000, a: 100, b: 90 },
  { atMs: 20_000, a: 300, b: 290 },
];
const lines = [
  { id: 'a', name: 'alpha', index: 0, isSelected: true },
  { id: 'b', name: 'bravo', index: 1, isSelected: false },
];

/** Gives every element the size of a chart. */
class SizeGiver implements ResizeObserver {
  readonly #told: ResizeObserverCallback;

  constructor(told: ResizeObserverCallback) {
    this.#told = told;
  }

  observe(target: Element): void {
    const contentRect = { x: 0, y: 0, top: 0, left: 0, bottom: 132, right: 286, width: 286, height: 132 } as DOMRect;
    this.#told([{ target, contentRect, borderBoxSize: [], contentBoxSize: [], devicePixelContentBoxSize: [] }], this);
  }

  unobserve(): void {}
  disconnect(): void {}
}

beforeEach(() => vi.stubGlobal('ResizeObserver', SizeGiver));

afterEach(() => {
  cleanup();
  hoverCharts(null);
  vi.unstubAllGlobals();
});

function draw(overrides: Partial<Parameters<typeof FleetChart>[0]> = {}) {
  return render(
    <FleetChart
      rows={rows}
      lines={lines}
      span={{ fromMs: 0, toMs: 20_000, slotMs: 1000 }}
      marks={[]}
      nameOf={(id) => id}
      format={(value) => `${value} B`}
      startsAtZero={true}
      isFilled={false}
      edge={null}
      {...overrides}
    />,
  );
}

test('each node has its line, and the axis round values', async () => {
  const { container } = draw();
  await screen.findByText('200 B');
  expect([...container.querySelectorAll('.chart-values text')].map((text) => text.textContent)).toEqual([
    '0 B',
    '100 B',
    '200 B',
    '300 B',
  ]);
  expect([...container.querySelectorAll('path[stroke]')].map((path) => path.getAttribute('d'))).toEqual([
    'M176 80.7L276 14',
    'M176 84L276 17.3',
  ]);
});

test('a chart of nothing but zeros says so with one value', async () => {
  const { container } = draw({ rows: [{ atMs: 10_000, a: 0, b: 0 }] });
  await screen.findByText('0 B');
  expect(container.querySelectorAll('.chart-values text')).toHaveLength(1);
});

test('the edge of the backlog has room above it', async () => {
  const { container } = draw({ edge: 280 });
  await screen.findByText('400 B');
  expect(container.querySelector('.chart-edge path')?.getAttribute('d')).toBe('M76 44H276');
});

test('the moment under the pointer is told by every chart that has a row of it, and by none when it leaves', async () => {
  const { container } = draw();
  draw({ rows: [{ atMs: 20_000, b: 7 }], lines: lines.slice(1) });
  await waitFor(() => expect(document.querySelectorAll('.chart-drawing > svg')).toHaveLength(2));
  const drawing = container.querySelector('.chart-drawing > svg') as SVGElement;
  const move = new MouseEvent('pointermove', { bubbles: true });
  Object.defineProperty(move, 'offsetX', { value: 270 });
  act(() => void drawing.dispatchEvent(move));
  expect([...document.querySelectorAll('.chart-tip-row')].map((row) => row.textContent)).toEqual([
    'alpha300 B',
    'bravo290 B',
    'bravo7 B',
  ]);
  fireEvent.pointerLeave(drawing);
  expect(document.querySelectorAll('.chart-tip')).toHaveLength(0);
});
