// The window: frame of the environment, top bar, rail, topology, charts, inspector, and the dialogs above them.
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { ChartsPanel } from '../charts/ChartsPanel.tsx';
import { ConnectionsDialog } from '../connections/ConnectionsDialog.tsx';
import { cssVariables, theme } from '../design/theme.ts';
import { AbsenceDialog } from '../dialogs/AbsenceDialog.tsx';
import { ConnectDialog } from '../dialogs/ConnectDialog.tsx';
import { FaultsDialog } from '../dialogs/FaultsDialog.tsx';
import { HelpDialog } from '../dialogs/HelpDialog.tsx';
import { PlanDialog } from '../dialogs/PlanDialog.tsx';
import { say } from '../i18n/i18n.ts';
import { Inspector } from '../inspector/Inspector.tsx';
import { JournalDialog } from '../journal/JournalDialog.tsx';
import { useChoices } from '../store/choices-store.ts';
import { useFleet } from '../store/fleet-store.ts';
import { TopologyGraph } from '../topology/TopologyGraph.tsx';
import { TopologyTable } from '../topology/TopologyTable.tsx';
import './app.css';
import { ConnectionNotices } from './ConnectionNotices.tsx';
import { CrashNotices } from './CrashNotices.tsx';
import { useWorstEnvironment } from './environment.ts';
import { HostBanner, HostScreen } from './HostState.tsx';
import { Keys } from './Keys.tsx';
import { LeftRelayNotices } from './LeftRelayNotices.tsx';
import { NoNodes } from './NoNodes.tsx';
import { Palette } from './Palette.tsx';
import { Rail } from './Rail.tsx';
import { SelectFirst } from './SelectFirst.tsx';
import { TopBar } from './TopBar.tsx';
import { UnfinishedNotices } from './UnfinishedNotices.tsx';
import { WindowError } from './WindowError.tsx';

export function App() {
  const { i18n } = useTranslation();
  const colours = useChoices((choices) => choices.theme);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} forceColorScheme={colours}>
      {/* A new language draws the window anew: texts are said, not subscribed to. */}
      <WindowError key={i18n.language}>
        <Window />
      </WindowError>
      <Notifications position="bottom-right" />
    </MantineProvider>
  );
}

function Window() {
  const environment = useWorstEnvironment();
  const hasSnapshot = useFleet((fleet) => fleet.seq !== null);
  return (
    <div className="window" data-environment={environment}>
      <div className="visually-hidden">
        {say('app.environmentFrame', { environment: say(`app.environment.${environment}`) })}
      </div>
      <a className="skip" href="#topology">
        {say('app.skipToTopology')}
      </a>
      <TopBar />
      <Rail />
      {hasSnapshot ? <Rooms /> : <HostScreen />}
      <PlanDialog />
      <ConnectDialog />
      <ConnectionsDialog />
      <FaultsDialog />
      <HelpDialog />
      <JournalDialog />
      <AbsenceDialog />
      <Palette />
      <Keys />
      <SelectFirst />
      <CrashNotices />
      <ConnectionNotices />
      <UnfinishedNotices />
      <LeftRelayNotices />
    </div>
  );
}

function Rooms() {
  const { topology, hasCharts, hasInspector } = useChoices();
  const isEmpty = useFleet((fleet) => fleet.order.length === 0);
  return (
    <div className="rooms" data-charts={hasCharts} data-inspector={hasInspector}>
      <main className="room-topology" id="topology" tabIndex={-1}>
        <HostBanner />
        {isEmpty ? <NoNodes /> : topology === 'graph' ? <TopologyGraph /> : <TopologyTable />}
      </main>
      {hasCharts && (
        <div className="room-charts">
          <ChartsPanel />
        </div>
      )}
      {hasInspector && (
        <div className="room-inspector">
          <Inspector />
        </div>
      )}
    </div>
  );
}
