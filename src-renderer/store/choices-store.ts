// What a person chose about the window itself, remembered between visits where the browser lets us.

import * as z from 'zod';
import { create } from 'zustand';

const storageKey = 'syncline.choices';

const choicesSchema = z.object({
  theme: z.enum(['dark', 'light']),
  topology: z.enum(['graph', 'table']),
  hasCharts: z.boolean(),
  hasInspector: z.boolean(),
  tab: z.enum(['replication', 'backlog', 'syncs', 'log']),
  isExplaining: z.boolean(),
});

export type Choices = z.infer<typeof choicesSchema>;

const firstChoices: Choices = {
  theme: 'dark',
  topology: 'graph',
  hasCharts: true,
  hasInspector: true,
  tab: 'replication',
  isExplaining: false,
};

/** Storage may be forbidden, full, or hold what an older version wrote: then the first choices stand. */
export function readChoices(storage: Pick<Storage, 'getItem'> | null): Choices {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(storageKey) ?? '{}');
    return choicesSchema.parse({ ...firstChoices, ...(stored as object) });
  } catch {
    return firstChoices;
  }
}

function openStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export const useChoices = create<Choices>(() => readChoices(openStorage()));

export function choose(change: Partial<Choices>): void {
  useChoices.setState(change);
  try {
    openStorage()?.setItem(storageKey, JSON.stringify(useChoices.getState()));
  } catch {
    // A choice that cannot be remembered still holds until the window closes.
  }
}
