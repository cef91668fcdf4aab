// The moment that the pointer is at in one of the charts: all of them show it.
import { create } from 'zustand';

export const useChartHover = create<{ readonly atMs: number | null }>(() => ({ atMs: null }));

export function hoverCharts(atMs: number | null): void {
  if (useChartHover.getState().atMs !== atMs) useChartHover.setState({ atMs });
}
