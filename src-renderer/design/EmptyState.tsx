// A place with nothing in it yet: says so, says why, and what fills it.
import type { Icon } from '@tabler/icons-react';

interface EmptyStateProps {
  readonly icon: Icon;
  readonly title: string;
  readonly text: React.ReactNode;
  readonly children?: React.ReactNode;
}

export function EmptyState({ icon: EmptyIcon, title, text, children }: EmptyStateProps) {
  return (
    <div className="empty-state">
      <EmptyIcon size={28} stroke={1.4} aria-hidden="true" />
      <h2>{title}</h2>
      <p>{text}</p>
      {children}
    </div>
  );
}
