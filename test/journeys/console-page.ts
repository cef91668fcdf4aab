// The console as a person meets it: what can be seen on the page, and what can be done with it.
import type { Locator, Page } from 'playwright-core';
import type { ActKind } from '#core/contract/acts.ts';
import type { Environment } from '#core/contract/labels.ts';
import type { LinkPhase } from '#core/contract/views.ts';
import { waitFor } from '../support/wait-for.ts';

/** Acts that stand in a menu of the inspector, and the button that opens it. */
const menuOf: Partial<Record<ActKind, string>> = {
  resyncPartial: 'act-resync',
  resyncFull: 'act-resync',
  failover: 'act-tree',
  changeSettings: 'act-tree',
};

export type CardFigure = 'offset' | 'lag' | 'reach';

/** Long, for a busy machine. */
const seeTimeoutMs = 60_000;
const dragSteps = 12;
/** Longer than a frame of the graph's motion, even on a busy machine. */
const restMs = 250;

export class ConsolePage {
  readonly page: Page;
  readonly #problems: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(seeTimeoutMs);
    page.on('pageerror', (error) => this.#problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#problems.push(message.text());
    });
  }

  /** Errors that the page threw or wrote to its console. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  part(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  card(name: string): Locator {
    return this.part(`node-card-${name}`);
  }

  async see(what: Locator): Promise<void> {
    await what.first().waitFor({ state: 'visible', timeout: seeTimeoutMs });
  }

  async cardNames(): Promise<string[]> {
    const cards = this.page.locator('article[data-testid^="node-card-"]');
    const ids = await cards.evaluateAll((elements) => elements.map((element) => element.getAttribute('data-testid')));
    return ids.map((id) => String(id).slice('node-card-'.length));
  }

  async role(name: string): Promise<string | null> {
    return this.part(`node-card-${name}-role`).getAttribute('data-role');
  }

  async phase(name: string): Promise<LinkPhase | null> {
    return (await this.part(`node-card-${name}-phase`).getAttribute('data-phase')) as LinkPhase | null;
  }

  /** The raw number behind a figure of a card; NaN while the card says that it is not known. */
  async figure(name: string, figure: CardFigure): Promise<number> {
    const value = await this.part(`node-card-${name}-${figure}`).getAttribute('data-value');
    return value === null || value === '' ? Number.NaN : Number(value);
  }

  /** Waits until a figure is another than it was, and answers it. */
  async figureChange(name: string, figure: CardFigure, from: number): Promise<number> {
    return waitFor(
      `the ${figure} of ${name} to change from ${from}`,
      () => this.figure(name, figure),
      (value) => !Number.isNaN(value) && value !== from,
      { timeoutMs: seeTimeoutMs, intervalMs: 50 },
    );
  }

  async untilRole(name: string, role: string): Promise<void> {
    await waitFor(
      `${name} to be ${role}`,
      () => this.role(name),
      (seen) => seen === role,
      { timeoutMs: seeTimeoutMs },
    );
  }

  async untilPhase(name: string, phase: LinkPhase): Promise<void> {
    await waitFor(
      `${name} to be ${phase}`,
      () => this.phase(name),
      (seen) => seen === phase,
      { timeoutMs: seeTimeoutMs },
    );
  }

  /** Presses the button of the rail until the page is as it was asked to be; the console starts dark. */
  async chooseTheme(theme: 'dark' | 'light'): Promise<void> {
    await this.see(this.part('view-theme'));
    const root = this.page.locator('html');
    if ((await root.getAttribute('data-mantine-color-scheme')) !== theme) await this.part('view-theme').click();
    await this.page.locator(`html[data-mantine-color-scheme="${theme}"]`).waitFor({ timeout: seeTimeoutMs });
  }

  /** Opens a node in the inspector. */
  async select(name: string): Promise<void> {
    await this.#atRest(name);
    await this.card(name).getByRole('button', { name, exact: true }).click();
    await this.see(this.page.locator(`[data-testid="inspector"][data-node="${name}"]`));
  }

  async openTab(tab: 'replication' | 'backlog' | 'syncs' | 'log'): Promise<void> {
    await this.part(`tab-${tab}`).click();
  }

  /** A number of the selected node's replication tab, once it holds. */
  async untilFigure(testId: string, holds: (value: number) => boolean = () => true): Promise<number> {
    await this.openTab('replication');
    const read = async () => Number(await this.part(testId).getAttribute('data-value'));
    return waitFor(`${testId} of the selected node`, read, holds, { timeoutMs: seeTimeoutMs, intervalMs: 100 });
  }

  /** Selects a node and presses one of its acts; the plan opens. */
  async begin(kind: ActKind, name: string): Promise<void> {
    await this.select(name);
    const menu = menuOf[kind];
    if (menu !== undefined) await this.part(menu).click();
    await this.part(`act-${kind}`).first().click();
  }

  /** Drags a card onto another with the mouse, as a person does; the plan opens. */
  async drag(name: string, onto: string): Promise<void> {
    const from = await this.#grip(name);
    const to = await this.#grip(onto);
    await this.page.mouse.move(from.x, from.y);
    await this.page.mouse.down();
    await this.page.mouse.move(to.x, to.y, { steps: dragSteps });
    await this.page.mouse.move(to.x + 2, to.y + 2);
    await this.page.mouse.up();
  }

  async #grip(name: string): Promise<{ x: number; y: number }> {
    const box = await this.#atRest(name);
    return { x: box.x + box.width / 3, y: box.y + Math.min(24, box.height / 2) };
  }

  /** Where a card is, once the graph has come to rest: a new card, or a new link, moves the others. */
  async #atRest(name: string): Promise<{ x: number; y: number; width: number; height: number }> {
    let before = '';
    const box = await waitFor(
      `the card of ${name} to come to rest`,
      () => this.card(name).boundingBox(),
      (now) => {
        const isAtRest = now !== null && JSON.stringify(now) === before;
        before = JSON.stringify(now);
        return isAtRest;
      },
      { timeoutMs: seeTimeoutMs, intervalMs: restMs },
    );
    if (box === null) throw new Error(`the card of ${name} is not to be seen`);
    return box;
  }

  /** Types the name that the open plan asks for, in production, and answers it. Without it the plan cannot be run. */
  async typeName(): Promise<string> {
    const field = this.part('plan-confirmation');
    await this.see(field);
    if (await this.part('plan-run').isEnabled()) throw new Error('a plan in production can be run without the name');
    const name = /^Type (.+) to confirm$/.exec((await field.getAttribute('aria-label')) ?? '')?.[1];
    if (name === undefined) throw new Error('the plan does not say which name to type');
    await field.fill(name);
    return name;
  }

  /** Reads the commands of the open plan, agrees, waits for the result, and closes the dialog. */
  async runPlan(): Promise<string[]> {
    await this.see(this.part('plan-dialog'));
    await this.see(this.part('plan-command'));
    const commands = await this.part('plan-command').allInnerTexts();
    await this.part('plan-run').click();
    await this.see(this.part('plan-result'));
    if ((await this.part('plan-result').getAttribute('data-ok')) !== 'true') {
      throw new Error(`the plan failed: ${await this.part('plan-dialog').innerText()}`);
    }
    await this.part('plan-cancel').click();
    await this.part('plan-dialog').waitFor({ state: 'hidden', timeout: seeTimeoutMs });
    return commands;
  }

  /** Connects a server by its address and answers the name of its card. */
  async connect(url: string, environment: Environment = 'dev'): Promise<string> {
    await this.part('connect-open').first().click();
    await this.part('connect-url').fill(url);
    await this.part('connect-environment')
      .getByText(new RegExp(`^${environment}$`, 'i'))
      .click();
    await this.part('connect-submit').click();
    const name = new URL(url).host;
    await this.see(this.card(name));
    return name;
  }
}
