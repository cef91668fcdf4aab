// Full syncs by two connections, as Redis 8 and Valkey 8 know them: the writes meanwhile wait at the replica.
import type { Forecast } from '../../contract/acts.ts';
import { isYes, outputBufferLimits, settingNumber } from '../../remote/config.ts';
import type { Member } from '../observing/member.ts';
import { factsOf } from './forecast-facts.ts';
import type { PlanScene } from './plan-draft.ts';

/** Both ends must be of the family, and have it switched on. */
const switches: Readonly<Record<string, string>> = {
  redis: 'repl-rdb-channel',
  valkey: 'dual-channel-replication-enabled',
};

/** Above this share of what the replica may keep nothing is promised: rates have peaks. */
const safeShare = 0.5;

export function syncsByTwo(replica: Member, master: Member, scene: PlanScene): boolean {
  const family = replica.reading?.server.family ?? '';
  const name = switches[family];
  if (name === undefined || master.reading?.server.family !== family) return false;
  const [own, source] = [replica, master].map(({ id }) => factsOf(scene, id).settings ?? null);
  if (!own || !source) return false;
  return isYes(own, name) === true && isYes(source, name) === true && isYes(source, 'repl-diskless-sync') === true;
}

/**
 * The master sends the writes on while the snapshot is on its way; the replica keeps them up to a limit of its own, and
 * only then do they wait in the master's output buffer. Where that limit is passed as well, nothing is promised.
 */
export function foreseeTwoChannels(forecast: Forecast, replica: Member, master: Member, scene: PlanScene): Forecast {
  const { cost } = forecast;
  if (!cost || !syncsByTwo(replica, master, scene)) return forecast;
  const { verdict, peakBytes } = cost.outputBuffer;
  if (verdict === 'fits' || peakBytes === null) return forecast;
  const limitBytes = keptBytesMax(replica, scene);
  const fits = limitBytes !== null && (limitBytes === 0 || peakBytes <= limitBytes * safeShare);
  return {
    ...forecast,
    advice: fits ? null : forecast.advice,
    cost: {
      ...cost,
      outputBuffer: fits
        ? { verdict: 'fits', peakBytes, limitBytes }
        : { verdict: 'unknown', peakBytes, limitBytes: null },
    },
  };
}

/** What a replica keeps of the writes at most; 0: all of them, null: not known. */
function keptBytesMax(replica: Member, scene: PlanScene): number | null {
  const { settings } = factsOf(scene, replica.id);
  const own = settingNumber(settings, 'replica-full-sync-buffer-limit');
  if (own) return own;
  return outputBufferLimits(settings?.get('client-output-buffer-limit') ?? '')?.replica.hardBytes ?? null;
}
