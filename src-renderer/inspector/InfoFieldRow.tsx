// One field of INFO replication: its name explains itself on hover, on focus, or in full when asked for.
import { Tooltip } from '@mantine/core';
import { memo } from 'react';
import type { InfoField } from '#core/contract/views.ts';
import { formatCount } from '../i18n/format.ts';
import { hasText, say } from '../i18n/i18n.ts';

interface InfoFieldRowProps {
  readonly field: InfoField;
  readonly isExplaining: boolean;
}

export const InfoFieldRow = memo(
  function InfoFieldRow({ field, isExplaining }: InfoFieldRowProps) {
    return (
      <div className="info-row" data-wide={field.value.length > longValue || undefined}>
        <InfoName name={field.name} isExplaining={isExplaining} />
        <dd data-testid={`info-${field.name}`} data-value={field.value} title={field.value}>
          {writeValue(field)}
        </dd>
        {isExplaining && <p className="info-sentence">{sentenceOf(field.name)}</p>}
      </div>
    );
  },
  (before, after) =>
    before.isExplaining === after.isExplaining &&
    before.field.name === after.field.name &&
    before.field.value === after.field.value,
);

interface InfoNameProps {
  readonly name: string;
  readonly isExplaining: boolean;
}

/** Apart from the value, since a tooltip costs much to draw and offsets move each second. */
const InfoName = memo(function InfoName({ name, isExplaining }: InfoNameProps) {
  const sentence = sentenceOf(name);
  return (
    <dt>
      <Tooltip
        label={sentence}
        multiline
        maw={320}
        position="left"
        openDelay={250}
        disabled={isExplaining}
        events={{ hover: true, focus: true, touch: true }}
      >
        <button type="button" className="plain info-name" aria-label={`${name}. ${sentence}`}>
          {name}
        </button>
      </Tooltip>
    </dt>
  );
});

/** Longer values (a replica's row) stand on a line of their own. */
const longValue = 44;

/** slave0, slave1 … share one sentence. */
export function sentenceOf(name: string): string {
  const key = /^slave\d+$/.test(name) ? 'info.slaveN' : `info.${name}`;
  return say(hasText(key) ? key : 'inspector.infoUnknown');
}

/** Lets a replica's row break between its parts rather than inside a word. */
const breakHere = '\u200b';
const amounts = /offset|bytes|size|histlen/;

/** Amounts get thin spaces between thousands; ids, words and small numbers stay as the server wrote them. */
function writeValue(field: InfoField): string {
  if (amounts.test(field.name) && /^\d+$/.test(field.value)) return formatCount(Number(field.value));
  return field.value.replaceAll(',', `,${breakHere}`);
}
