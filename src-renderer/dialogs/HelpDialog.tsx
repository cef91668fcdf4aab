// The help overlay: every key, how to read tape, pipes and map, and what guards against a slip.
import type { ActKind } from '#core/contract/acts.ts';
import { nodeActions } from '../actions/node-actions.ts';
import { windowActions } from '../actions/window-actions.ts';
import { KeyHint } from '../design/KeyHint.tsx';
import { say, type TextKey } from '../i18n/i18n.ts';
import { OffsetTape } from '../tape/OffsetTape.tsx';
import type { TapeTick } from '../tape/tape-scale.ts';
import { TitledDialog } from './DialogFrames.tsx';
import { closeDialog, useDialog } from './dialog-store.ts';

/** A made-up tape to learn on: one replica in step, one away. */
const sampleWindow = { firstByte: 47_152_762, endOffset: 48_201_337 } as const;
const sampleTicks: readonly TapeTick[] = [
  { name: 'bravo', acknowledgedOffset: 48_150_000, appliedOffset: 48_180_000, tone: 'healthy' },
  { name: 'delta', acknowledgedOffset: null, appliedOffset: 46_910_220, tone: 'down' },
];

const pipes: readonly { readonly key: TextKey; readonly className: string }[] = [
  { key: 'help.pipeStreaming', className: 'tone-healthy help-solid' },
  { key: 'help.pipeHandshake', className: 'tone-syncing help-dashed' },
  { key: 'help.pipeTransfer', className: 'tone-syncing help-filling' },
  { key: 'help.pipeDown', className: 'tone-down help-dotted' },
];

const mapLines: readonly TextKey[] = ['help.drag', 'help.far', 'help.ghost', 'help.note', 'help.faults', 'help.cost'];
const safeLines: readonly TextKey[] = ['help.plan', 'help.prod', 'help.readOnlyMode', 'help.journal'];

export function HelpDialog() {
  const open = useDialog((dialog) => dialog.open);
  return (
    <TitledDialog isOpen={open.kind === 'help'} onClose={closeDialog} size={860} title={say('help.title')}>
      <div className="help" data-testid="help-dialog">
        <section>
          <h3>{say('help.keys')}</h3>
          <Key text={say('app.search')} keys="mod+K" />
          {windowActions.map((action) => (
            <Key key={action.id} text={say(action.text)} keys={action.keys} />
          ))}
          <h3>{say('help.node')}</h3>
          {nodeActions.flatMap((action) =>
            action.keys === null
              ? []
              : [<Key key={action.kind} text={say(helpText(action.kind))} keys={action.keys} />],
          )}
          <h3>{say('help.safe')}</h3>
          <HelpLines keys={safeLines} />
        </section>
        <section>
          <h3>{say('help.reading')}</h3>
          <OffsetTape size="large" window={sampleWindow} ticks={sampleTicks} />
          <p>{say('help.tapeText')}</p>
          <h3>{say('help.pipes')}</h3>
          <ul className="help-pipes">
            {pipes.map(({ key, className }) => (
              <li key={key}>
                <i className={className} />
                {say(key)}
              </li>
            ))}
          </ul>
          <h3>{say('help.map')}</h3>
          <HelpLines keys={mapLines} />
        </section>
      </div>
    </TitledDialog>
  );
}

function HelpLines({ keys }: { readonly keys: readonly TextKey[] }) {
  return (
    <ul className="help-lines">
      {keys.map((key) => (
        <li key={key}>{say(key)}</li>
      ))}
    </ul>
  );
}

function helpText(kind: ActKind): TextKey {
  return `act.${kind}`;
}

function Key({ text, keys }: { readonly text: string; readonly keys: string }) {
  return (
    <div className="help-key">
      <span>{text}</span>
      <KeyHint keys={keys} />
    </div>
  );
}
