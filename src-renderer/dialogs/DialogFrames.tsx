// The two frames of dialogs: one that brings its own head and foot, and one with a title and a way to close it.
import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { say } from '../i18n/i18n.ts';
import './dialogs.css';

const fadeMs = 90;

interface FramedDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly size: number;
  /** Its name for who does not see it; the head says it to all others. */
  readonly label: string;
  /** False while something runs that must be ended by its own button. */
  readonly canClose?: boolean;
  readonly children: ReactNode;
}

export function FramedDialog({ isOpen, onClose, size, label, canClose = true, children }: FramedDialogProps) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      withCloseButton={false}
      closeOnEscape={canClose}
      closeOnClickOutside={canClose}
      size={size}
      padding={0}
      centered
      yOffset="3dvh"
      classNames={{ content: 'dialog', body: 'dialog-frame' }}
      transitionProps={{ duration: fadeMs }}
      attributes={{ content: { 'aria-label': label } }}
    >
      {children}
    </Modal>
  );
}

interface TitledDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly size: number;
  readonly title: string;
  readonly children: ReactNode;
}

export function TitledDialog({ isOpen, onClose, size, title, children }: TitledDialogProps) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      size={size}
      centered
      classNames={{ content: 'dialog' }}
      transitionProps={{ duration: fadeMs }}
      closeButtonProps={{ 'aria-label': say('app.close') }}
    >
      {children}
    </Modal>
  );
}
