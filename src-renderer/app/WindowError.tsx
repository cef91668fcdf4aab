// Catches what a drawing part throws, so that a mistake of ours shows itself as a sentence and not as an empty window.
import { IconBug } from '@tabler/icons-react';
import { Component } from 'react';
import { EmptyState } from '../design/EmptyState.tsx';
import { say } from '../i18n/i18n.ts';

interface WindowErrorProps {
  readonly children: React.ReactNode;
}

export class WindowError extends Component<WindowErrorProps, { readonly message: string | null }> {
  override state = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): React.ReactNode {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <div role="alert" className="host-screen" data-testid="window-error">
        <EmptyState icon={IconBug} title={say('app.broken')} text={say('app.brokenHint', { reason: message })}>
          <button type="button" onClick={() => window.location.reload()}>
            {say('app.reload')}
          </button>
        </EmptyState>
      </div>
    );
  }
}
