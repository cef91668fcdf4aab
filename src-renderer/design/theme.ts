// How Mantine's parts take the tokens: its variables point at ours, so that a colour stands in one place only.
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple, Tooltip } from '@mantine/core';

/** Mantine asks for ten shades; ours come from the tokens, so all ten are the one action colour. */
const action = Array.from({ length: 10 }, () => 'var(--action)') as unknown as MantineColorsTuple;
/** Mantine's dark parts take shades of `dark`, from text (0) to ground (9). */
const dark: MantineColorsTuple = [
  'var(--ink)',
  'var(--ink-soft)',
  'var(--ink-faint)',
  'var(--ink-faint)',
  'var(--line-strong)',
  'var(--hover)',
  'var(--raised)',
  'var(--panel)',
  'var(--bg)',
  'var(--bg)',
];
/** Its light parts take shades of `gray`, from ground (0) to text (9). */
const gray: MantineColorsTuple = [
  'var(--raised)',
  'var(--hover)',
  'var(--line)',
  'var(--line)',
  'var(--line-strong)',
  'var(--ink-faint)',
  'var(--ink-faint)',
  'var(--ink-soft)',
  'var(--ink)',
  'var(--ink)',
];
const danger = Array.from({ length: 10 }, () => 'var(--danger)') as unknown as MantineColorsTuple;

export const theme = createTheme({
  fontFamily: 'var(--font-text)',
  fontFamilyMonospace: 'var(--font-mono)',
  primaryColor: 'action',
  primaryShade: 6,
  colors: { action, danger, dark, gray },
  defaultRadius: 'sm',
  radius: { sm: 'var(--radius-control)' },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Tooltip: Tooltip.extend({
      classNames: { tooltip: 'tooltip' },
      vars: () => ({ tooltip: { '--tooltip-bg': 'var(--hover)', '--tooltip-color': 'var(--ink)' } }),
    }),
  },
});

const shared = {
  '--mantine-color-body': 'var(--panel)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-bright': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-faint)',
  '--mantine-color-placeholder': 'var(--ink-faint)',
  '--mantine-color-anchor': 'var(--syncing)',
  '--mantine-color-error': 'var(--down)',
  '--mantine-color-default': 'var(--raised)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-disabled': 'var(--raised)',
  '--mantine-color-disabled-color': 'var(--ink-faint)',
  '--mantine-color-disabled-border': 'var(--line)',
  '--mantine-color-action-filled': 'var(--action)',
  '--mantine-color-action-filled-hover': 'color-mix(in srgb, var(--action), black 12%)',
  '--mantine-color-danger-filled': 'var(--danger)',
  '--mantine-color-danger-filled-hover': 'color-mix(in srgb, var(--danger), black 12%)',
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
