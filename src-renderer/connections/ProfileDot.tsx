// The colour that a person gave to a connection, with its group and tags as the words behind it.
import type { NodeLabel } from '#core/contract/labels.ts';
import { say } from '../i18n/i18n.ts';
import './profile-dot.css';

export function ProfileDot({ label }: { readonly label: NodeLabel }) {
  const colour = label.colour ?? 'none';
  const words = [say(`connections.form.colours.${colour}`), label.group, ...label.tags].filter(Boolean).join(' · ');
  return <span className={`profile-colour profile-colour-${colour}`} title={words} />;
}
