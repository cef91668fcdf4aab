// The story of one plan that is cut off: laid, begun, cut, looked at, and led on to its goal or back to where it began.
import { expect } from 'vitest';
import type { Act, ActResult, JournalRun, Plan, PlanStep } from '#core/contract/acts.ts';
import type { Failure } from '#core/contract/failures.ts';
import { type ActParts, type Kind, type Name, names, type Places } from './cut-kinds.ts';
import { type CutScene, rootOf } from './cut-scene.ts';
import { unwrap } from './host.ts';
import { waitFor } from './wait-for.ts';

/** How long a plan may hold writes where the act leaves that open; Syncline's own choice is no longer than this. */
const holdMs = 1500;
const holdMaxMs = 5000;
/** For the cuts after which Syncline lets go by itself: nobody waits for the end of such a pause. */
const longHoldMs = 60_000;
/** For a whole run, with copies that are slow on purpose. */
const runMs = 120_000;
/** For a busy machine, beyond a pause's own end. */
const graceMs = 20_000;
/** Waits for what people do, or for servers to come back: no test sits them out. */
const patientMs = 60_000;

/** What a cut leaves. */
export interface Ending {
  /** What Syncline answered; null where it was killed and answered nothing. */
  readonly result: ActResult | null;
  /** What the journal must say of it. */
  readonly told: Partial<Pick<JournalRun, 'state' | 'openStep'>>;
}

export interface Cut {
  readonly title: string;
  /** Syncline can still send what lets go of writes. */
  readonly letsGo: boolean;
  /** No server comes back without its data. */
  readonly keepsData: boolean;
  /** Which way the first cut is led; those at later steps go the one way and the other in turns. */
  readonly leads: 'on' | 'back';
  /** After how many steps it comes; at each of them, where it is not said. */
  readonly steps?: (kind: Kind) => readonly number[];
  readonly run: (story: CutStory) => Promise<Ending>;
  /** What was cut is whole again. */
  readonly mend: (story: CutStory) => Promise<void>;
}

/** One plan of a kind, to be cut when so many steps are done. */
export class CutStory {
  readonly scene: CutScene;
  readonly kind: Kind;
  readonly cut: Cut;
  readonly steps: number;
  /** As a person would plan it. */
  plan: Plan;
  #act: Act;

  private constructor(scene: CutScene, kind: Kind, cut: Cut, steps: number, act: Act, plan: Plan) {
    this.scene = scene;
    this.kind = kind;
    this.cut = cut;
    this.steps = steps;
    this.#act = act;
    this.plan = plan;
  }

  /** Lays what the kind begins with, and plans it. */
  static async begin(scene: CutScene, kind: Kind, cut: Cut, steps: number): Promise<CutStory> {
    const { prior, lost } = kind;
    await scene.lay(prior?.at ?? kind.first);
    await laySettings(scene, kind);
    const parts = (priorRunId: string): ActParts => ({
      id: (name) => scene.id(name),
      holdMs: cut.letsGo ? longHoldMs : holdMs,
      priorRunId,
    });
    const done = prior && (await runWhole(scene, prior.act(parts(''))));
    if (done) await scene.untilAllLevel(kind.first);
    if (lost) await scene.kill(lost);
    await scene.untilReached();
    const act = kind.act(parts(done?.runId ?? ''));
    const plan = await planSoundly(scene, act);
    return new CutStory(scene, kind, cut, steps, act, plan);
  }

  /** With the names of servers in the places of ids, for a Syncline that gives ids of its own. */
  get actByNames(): Record<string, unknown> {
    const nameOf = new Map(names.map((name) => [this.scene.id(name), name]));
    return Object.fromEntries(Object.entries(this.#act).map(([key, word]) => [key, nameOf.get(word) ?? word]));
  }

  get next(): PlanStep {
    const step = this.plan.steps[this.steps];
    if (!step) throw new Error('the plan has no such step');
    return step;
  }

  /** Whom the next step asks. */
  get nextName(): Name {
    const name = names.find((each) => each === this.next.nodeName);
    if (name === undefined) throw new Error('the step is at no server of the scene');
    return name;
  }

  /**
   * Starts the plan, and cuts it when its steps are done. Servers that somebody must restart are restarted till then.
   * @param endsAt steps at which a run that goes on all the same is cancelled: what they wait for nobody does
   */
  async runAndCut(
    cut: (runId: string) => unknown,
    endsAt: (step: PlanStep) => boolean = () => false,
  ): Promise<ActResult> {
    const { scene, steps } = this;
    using progress = await scene.progress();
    const beganAtMs = Date.now();
    // The stream begins with the run before, which may have had the same plan.
    const newest = () =>
      progress.told.findLast(({ startedAtMs, hash }) => startedAtMs >= beganAtMs && hash === this.plan.hash);
    const countDone = () => newest()?.results.length ?? -1;
    const { running } = await this.#start(() => newest() !== undefined);
    for (const [index, step] of this.plan.steps.entries()) {
      if (index >= steps || !isRestartByHand(step)) continue;
      await waitFor(`step ${index}`, () => countDone() >= index);
      await this.restart(step);
    }
    await waitFor(`step ${steps}`, () => countDone() >= steps, Boolean, { intervalMs: 1 });
    const runId = newest()?.runId ?? '';
    await cut(runId);
    let isOver = false;
    const ended = running.finally(() => {
      isOver = true;
    });
    const isStuck = () => {
      const step = this.plan.steps[countDone()];
      return step !== undefined && endsAt(step);
    };
    await waitFor('the run to end, or to wait for what nobody does', () => isOver || isStuck());
    if (!isOver) await scene.host.client.acts.cancel({ runId });
    return ended;
  }

  /** Runs the plan, or one that is made anew where servers moved on since: a person looks again, too. */
  async #start(hasBegun: () => boolean): Promise<{ readonly running: Promise<ActResult> }> {
    const { acts } = this.scene.host.client;
    for (;;) {
      const running = acts.run({ hash: this.plan.hash });
      let refused: Failure | null = null;
      running.then((outcome) => {
        if (!outcome.ok) refused = outcome.failure;
      });
      await waitFor('the run to begin', () => refused !== null || hasBegun(), Boolean, { intervalMs: 1 });
      const code = (refused as Failure | null)?.code;
      if (code !== 'planExpired') return { running: running.then(unwrap) };
      this.plan = await planSoundly(this.scene, this.#act);
    }
  }

  async restart({ nodeName }: PlanStep): Promise<void> {
    await this.scene.restart(nodeName);
  }

  /** Whatever was cut: of those that live, nobody is paused or orphaned, and the journal tells how far it came. */
  async expectUnharmed({ result, told }: Ending): Promise<string> {
    const { scene, kind } = this;
    await this.#expectWritable();
    const standing = await scene.standing();
    for (const name of scene.living) {
      const hadAndHas = kind.first[name] !== 'master' && kind.last[name] !== 'master';
      if (hadAndHas) expect(standing[name], `${name} has a master`).not.toBe('master');
      expect([kind.first[name], kind.last[name]], `${name} stands on the way`).toContain(standing[name]);
    }
    const run = await this.lastRun();
    expect(run).toMatchObject({ ...told, title: { code: this.plan.title.code }, isSettled: false });
    if (result) expect(run).toMatchObject({ runId: result.runId, openStep: null, results: result.results });
    else expect(run.results).toHaveLength(this.steps);
    return run.runId;
  }

  /** On to the goal of the run, or back to where it began; and what the servers say then. */
  async lead(runId: string): Promise<void> {
    const { scene, kind, cut, steps } = this;
    const leadsOn = (steps % 2 === 0) === (cut.leads === 'on');
    if (!leadsOn && kind.lost) await scene.bringBack(kind.lost, kind.first);
    await scene.untilReached();
    const places = leadsOn ? kind.last : kind.first;
    await this.#restore(runId, leadsOn ? 'goal' : 'before');
    const living = Object.fromEntries(scene.living.map((name) => [name, places[name]]));
    expect(await scene.standing()).toEqual(living);
    await scene.untilAllLevel(living);
    await this.#expectSameKeys(living);
    await this.#expectSettings(leadsOn);
  }

  async lastRun(): Promise<JournalRun> {
    const { runs } = unwrap(await this.scene.host.client.journal.read({}));
    const [run] = runs;
    if (!run) throw new Error('the journal is empty');
    return run;
  }

  /**
   * A write passes at every master: at once where Syncline lets go, else when the pause is at its own end. One that a
   * server still fails over from may be a replica by then.
   */
  async #expectWritable(): Promise<void> {
    const { scene, cut } = this;
    const isMaster = async (name: Name) => (await scene.standing())[name] === 'master';
    const takesWrites = async (name: Name) => !(await isMaster(name)) || (await scene.direct(name).set('probe', name));
    const timeoutMs = graceMs + (cut.letsGo ? 0 : holdMaxMs);
    await Promise.all(
      scene.living.map((name) => waitFor(`a write at ${name}`, () => takesWrites(name), Boolean, { timeoutMs })),
    );
    // Who has lost its master to a crash waits for a person.
    if (scene.gone.length > 0) return;
    const hasMaster = async () => Object.values(await scene.standing()).includes('master');
    await waitFor('somebody to take writes', hasMaster, Boolean, { timeoutMs });
  }

  async #restore(runId: string, to: 'before' | 'goal'): Promise<void> {
    const { acts } = this.scene.host.client;
    const act: Act = { kind: 'restore', runId, to };
    const planAndRun = async () => {
      const plan = await this.scene.plan(act);
      if (plan.checks.some(({ statement }) => statement.code === 'checkNothingToMove')) return 'nothing to move';
      const answer = await acts.run({ hash: plan.hash });
      // Syncs that go on change what was foreseen: a person looks again, too.
      return !answer.ok && answer.failure.code === 'planExpired' ? null : unwrap(answer);
    };
    const outcome = await waitFor('a plan that does not expire', planAndRun, Boolean, { timeoutMs: runMs });
    if (outcome !== 'nothing to move') expect(outcome?.failure, JSON.stringify(outcome?.results)).toBeNull();
  }

  /** Key by key. What a server had that came back empty is lost with it; all else is there still. */
  async #expectSameKeys(places: Partial<Places>): Promise<void> {
    const { scene, kind, cut } = this;
    const { probe: _probe, ...atTop } = await scene.readKeys(rootOf('bravo', places));
    if (!kind.lost && cut.keepsData) expect(atTop).toEqual(scene.writtenKeys);
    for (const name of scene.living) {
      if (places[name] !== 'master')
        expect(await scene.readKeys(name)).toEqual(await scene.readKeys(rootOf(name, places)));
    }
  }

  async #expectSettings(leadsOn: boolean): Promise<void> {
    const { scene, kind } = this;
    if (!kind.settings) return;
    const { before, after } = kind.settings;
    expect(await scene.readSettings('bravo', Object.keys(before))).toEqual(leadsOn ? after : before);
  }
}

/** Its wait is longer than any test's. */
export function isPatient({ waitsMs }: PlanStep): boolean {
  return (waitsMs ?? 0) > patientMs;
}

/** Whoever runs the server restarts it meanwhile. */
export function isRestartByHand({ command }: PlanStep): boolean {
  return command === 'INFO server';
}

async function laySettings(scene: CutScene, { settings }: Kind): Promise<void> {
  for (const [name, value] of Object.entries(settings?.before ?? {})) {
    await scene.direct('bravo').call('CONFIG', 'SET', name, value);
  }
}

/** A master may take a second to list its replicas as online. */
function planSoundly(scene: CutScene, act: Act): Promise<Plan> {
  const isSound = ({ checks }: Plan) => checks.every(({ level }) => level !== 'fail');
  return waitFor('a plan whose checks all pass', () => scene.plan(act), isSound);
}

async function runWhole(scene: CutScene, act: Act): Promise<ActResult> {
  const result = await waitFor('the run before', async () => scene.run(await planSoundly(scene, act)));
  expect(result.failure, JSON.stringify(result.results)).toBeNull();
  return result;
}
