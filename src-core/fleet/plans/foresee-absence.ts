// Foresees what a replica finds when it comes back after so many seconds away, from what is known of it and its master.
import type { Forecast } from '../../contract/acts.ts';
import { FailureError } from '../../contract/failure-error.ts';
import { forecastAbsence } from '../../insight/absence.ts';
import { settingNumber } from '../../remote/config.ts';
import type { Member } from '../observing/member.ts';
import { findMaster } from '../observing/topology.ts';
import { factsOf, streamRate, toForecastReplica } from './forecast-facts.ts';
import type { PlanScene } from './plan-draft.ts';
import { masterName, masterOfLink, withBothEnds } from './plan-sync.ts';

/** @throws FailureError notAReplica */
export function foreseeAbsence(replica: Member, awaySeconds: number, scene: PlanScene): Forecast {
  const { name } = replica.node;
  const link = replica.reading?.link;
  if (!link) throw new FailureError('notAReplica', { name });
  const master = findMaster(replica, scene.members);
  const settings = master && (factsOf(scene, master.id).settings ?? master.reading?.settings ?? null);
  const forecast = forecastAbsence(
    toForecastReplica(replica, master, scene),
    masterOfLink(replica, master, scene),
    { name, master: masterName(master, link.masterAddress) },
    {
      awaySeconds,
      writeBytesPerSecond: master?.reading ? streamRate(master, master.reading) : null,
      backlogTtlSeconds: settingNumber(settings, 'repl-backlog-ttl'),
      otherReplicas: Math.max(0, (master?.reading?.replicas.length ?? 0) - 1),
    },
  );
  return master ? withBothEnds(forecast, replica, master, scene) : forecast;
}
