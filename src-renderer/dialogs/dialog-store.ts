// Which of the window's own dialogs is open; the plan dialog has a machine of its own.
import { create } from 'zustand';
import type { Address, NodeId } from '#core/contract/places.ts';
import type { FormBeginning } from '../connections/profile-form.ts';

export type OpenDialog =
  | { readonly kind: 'none' }
  | { readonly kind: 'help' }
  /** `draft` opens the form of a new connection with what was typed already. */
  | { readonly kind: 'connections'; readonly draft: FormBeginning | null }
  | { readonly kind: 'journal' }
  /** What if this replica stays away. */
  | { readonly kind: 'absence'; readonly nodeId: NodeId }
  /** Faults on the link of this replica. */
  | { readonly kind: 'faults'; readonly nodeId: NodeId }
  /** `address` fills the form, for a server that was seen and is not in this console. */
  | { readonly kind: 'connect'; readonly address: Address | null };

export const useDialog = create<{ readonly open: OpenDialog }>(() => ({ open: { kind: 'none' } }));

export function openDialog(open: OpenDialog): void {
  useDialog.setState({ open });
}

export function closeDialog(): void {
  useDialog.setState({ open: { kind: 'none' } });
}
