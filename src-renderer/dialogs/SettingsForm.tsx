// Which replication settings to change and to what; each change asks for a new plan.
import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Act, actBounds, type ChangeableSetting, changeableSettings } from '#core/contract/acts.ts';
import { say } from '../i18n/i18n.ts';
import { useReplan } from './use-replan.ts';

type SettingsAct = Extract<Act, { kind: 'changeSettings' }>;

interface Row {
  readonly setting: ChangeableSetting;
  readonly value: string;
}

const firstSetting: ChangeableSetting = 'repl-backlog-size';

export function SettingsForm({ first }: { readonly first: SettingsAct }) {
  const [rows, setRows] = useState<readonly Row[]>(() => rowsOf(first));
  const [rewrite, setRewrite] = useState(first.rewrite ?? false);
  const filled = rows.filter(({ value }) => value.trim() !== '');
  const settings = Object.fromEntries(filled.map(({ setting, value }) => [setting, value.trim()]));
  useReplan(
    {
      kind: 'changeSettings',
      nodeId: first.nodeId,
      ...(filled.length > 0 && { settings }),
      ...(rewrite && { rewrite }),
    },
    first,
  );
  const change = (index: number, part: Partial<Row>) =>
    setRows(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  return (
    <div className="settings-form" data-testid="settings-form">
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are added at the end and never moved
        <SettingRow key={index} row={row} index={index} change={(part) => change(index, part)} />
      ))}
      <div className="settings-more">
        <Button
          size="compact-sm"
          variant="default"
          disabled={rows.length >= changeableSettings.length}
          onClick={() => setRows([...rows, { setting: nextSetting(rows), value: '' }])}
        >
          {say('plan.addSetting')}
        </Button>
        <Checkbox
          label={say('plan.rewrite')}
          checked={rewrite}
          onChange={(event) => setRewrite(event.currentTarget.checked)}
          data-testid="settings-rewrite"
        />
      </div>
    </div>
  );
}

interface SettingRowProps {
  readonly row: Row;
  readonly index: number;
  readonly change: (part: Partial<Row>) => void;
}

function SettingRow({ row, index, change }: SettingRowProps) {
  return (
    <div className="settings-row">
      <NativeSelect
        aria-label={say('plan.setting')}
        data={[...changeableSettings]}
        value={row.setting}
        onChange={(event) => change({ setting: event.currentTarget.value as ChangeableSetting })}
        data-testid={`setting-name-${index}`}
      />
      <TextInput
        aria-label={say('plan.value')}
        placeholder={say('plan.value')}
        classNames={{ input: 'mono' }}
        maxLength={actBounds.settingMaxLength}
        spellCheck={false}
        autoComplete="off"
        value={row.value}
        onChange={(event) => change({ value: event.currentTarget.value })}
        data-testid={`setting-value-${index}`}
      />
    </div>
  );
}

function rowsOf({ settings }: SettingsAct): readonly Row[] {
  const rows = Object.entries(settings ?? {}) as [ChangeableSetting, string][];
  return rows.length === 0
    ? [{ setting: firstSetting, value: '' }]
    : rows.map(([setting, value]) => ({ setting, value }));
}

/** The first one that has no row yet. */
function nextSetting(rows: readonly Row[]): ChangeableSetting {
  return changeableSettings.find((setting) => rows.every((row) => row.setting !== setting)) ?? firstSetting;
}
