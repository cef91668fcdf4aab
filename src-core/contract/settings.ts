// Figures that the host and the screen share.

/** How often a node in view is read, and while an act runs. */
export const observeIntervalMs = 1000;
export const observeDuringActIntervalMs = 250;
/** A node not read for this long is shown as stale. */
export const staleAfterMs = 5000;
/** Length of a node's series: five minutes at one sample a second. */
export const seriesPointsMax = 300;
export const marksMax = 200;
export const logLinesMax = 1000;
/** The one key that Syncline ever writes by itself, and only where a person switched it on; and how long it lives. */
export const probeKey = 'syncline:probe';
export const probeLifeMs = 10_000;
