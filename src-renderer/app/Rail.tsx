// The rail at the left: what of the window is shown, the theme, and help.
import { ActionIcon, Tooltip } from '@mantine/core';
import { useEffect } from 'react';
import { type WindowAction, windowActions } from '../actions/window-actions.ts';
import { KeyHint } from '../design/KeyHint.tsx';
import { say } from '../i18n/i18n.ts';
import { type Choices, useChoices } from '../store/choices-store.ts';
import { followGuards, useGuards } from '../store/guards-store.ts';

const upper: ReadonlySet<WindowAction['id']> = new Set(['graph', 'table', 'charts', 'inspector']);
const lower: ReadonlySet<WindowAction['id']> = new Set(['journal', 'readOnly', 'theme', 'help']);

export function Rail() {
  const choices = useChoices();
  const isReadOnly = useGuards((guards) => guards.isReadOnly);
  useEffect(followGuards, []);
  const button = (action: WindowAction) => (
    <RailButton
      key={action.id}
      action={action}
      isOn={action.id === 'readOnly' ? isReadOnly : isOn(action.id, choices)}
    />
  );
  return (
    <nav className="rail" aria-label={say('app.views')}>
      {windowActions.filter((action) => upper.has(action.id)).map(button)}
      <span className="grow" />
      {windowActions.filter((action) => lower.has(action.id)).map(button)}
    </nav>
  );
}

function isOn(id: WindowAction['id'], choices: Choices): boolean | undefined {
  switch (id) {
    case 'graph':
    case 'table':
      return choices.topology === id;
    case 'charts':
      return choices.hasCharts;
    case 'inspector':
      return choices.hasInspector;
    default:
      return undefined;
  }
}

function RailButton({ action, isOn }: { readonly action: WindowAction; readonly isOn: boolean | undefined }) {
  const RailIcon = action.icon;
  const label = say(action.text);
  return (
    <Tooltip
      position="right"
      label={
        <span className="rail-tip">
          {label} <KeyHint keys={action.keys} />
        </span>
      }
    >
      <ActionIcon
        variant="subtle"
        color="gray"
        size={40}
        className="rail-button"
        aria-label={label}
        aria-pressed={isOn}
        onClick={action.run}
        data-testid={`view-${action.id}`}
      >
        <RailIcon size={20} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}
