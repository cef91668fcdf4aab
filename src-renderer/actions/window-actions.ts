// What can be done with the window itself, as records: rail, palette, keys and help read these rows.
import {
  type Icon,
  IconAddressBook,
  IconChartLine,
  IconHelp,
  IconHistory,
  IconLayoutSidebarRight,
  IconLock,
  IconPlugConnected,
  IconPlus,
  IconSitemap,
  IconSunMoon,
  IconTable,
} from '@tabler/icons-react';
import { openDialog } from '../dialogs/dialog-store.ts';
import { askPlan } from '../dialogs/plan-store.ts';
import type { TextKey } from '../i18n/i18n.ts';
import { choose, useChoices } from '../store/choices-store.ts';
import { setReadOnly, useGuards } from '../store/guards-store.ts';

export interface WindowAction {
  readonly id:
    | 'startNode'
    | 'connect'
    | 'connections'
    | 'graph'
    | 'table'
    | 'charts'
    | 'inspector'
    | 'journal'
    | 'readOnly'
    | 'theme'
    | 'help';
  readonly text: TextKey;
  readonly icon: Icon;
  readonly keys: string;
  /** Whether it is useless while the host is away. */
  readonly needsHost: boolean;
  readonly run: () => void;
}

export const windowActions: readonly WindowAction[] = [
  {
    id: 'startNode',
    text: 'act.startNewNode',
    icon: IconPlus,
    keys: 'alt+N',
    needsHost: true,
    run: () => void askPlan({ kind: 'startNode' }),
  },
  {
    id: 'connect',
    text: 'app.connectHint',
    icon: IconPlugConnected,
    keys: 'alt+C',
    needsHost: true,
    run: () => openDialog({ kind: 'connect', address: null }),
  },
  {
    id: 'connections',
    text: 'connections.open',
    icon: IconAddressBook,
    keys: 'alt+K',
    needsHost: true,
    run: () => openDialog({ kind: 'connections', draft: null }),
  },
  {
    id: 'graph',
    text: 'app.graph',
    icon: IconSitemap,
    keys: 'alt+G',
    needsHost: false,
    run: () => choose({ topology: 'graph' }),
  },
  {
    id: 'table',
    text: 'app.table',
    icon: IconTable,
    keys: 'alt+T',
    needsHost: false,
    run: () => choose({ topology: 'table' }),
  },
  {
    id: 'charts',
    text: 'app.charts',
    icon: IconChartLine,
    keys: 'alt+M',
    needsHost: false,
    run: () => choose({ hasCharts: !useChoices.getState().hasCharts }),
  },
  {
    id: 'inspector',
    text: 'app.inspector',
    icon: IconLayoutSidebarRight,
    keys: 'alt+I',
    needsHost: false,
    run: () => choose({ hasInspector: !useChoices.getState().hasInspector }),
  },
  {
    id: 'journal',
    text: 'journal.open',
    icon: IconHistory,
    keys: 'alt+J',
    needsHost: true,
    run: () => openDialog({ kind: 'journal' }),
  },
  {
    id: 'readOnly',
    text: 'journal.readOnly',
    icon: IconLock,
    keys: 'alt+X',
    needsHost: true,
    run: () => void setReadOnly(!useGuards.getState().isReadOnly),
  },
  {
    id: 'theme',
    text: 'app.theme',
    icon: IconSunMoon,
    keys: 'alt+L',
    needsHost: false,
    run: () => choose({ theme: useChoices.getState().theme === 'dark' ? 'light' : 'dark' }),
  },
  {
    id: 'help',
    text: 'app.help',
    icon: IconHelp,
    keys: 'mod+/',
    needsHost: false,
    run: () => openDialog({ kind: 'help' }),
  },
];
