// The page's entry: texts, theme, clock and feed are started once, then the window is drawn.
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './design/tokens.css';
import './design/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { startFleetFeed } from './bridge/fleet-feed.ts';
import { startTexts } from './i18n/i18n.ts';
import { startAttention } from './store/attention-store.ts';
import { startClock } from './store/clock-store.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');

await startTexts();
startClock();
startAttention();
startFleetFeed();
createRoot(root).render(<App />);
