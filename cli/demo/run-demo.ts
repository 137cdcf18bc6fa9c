import type { Stores } from "../accounts/stores.ts";
import { UsageError } from "../cli-error.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { builtInPricing } from "../scan/compose.ts";
import type { Terminal } from "../terminal.ts";
import type { RunVerb } from "../verb.ts";
import { exitCodeOf, watchPasses } from "../watch/watch-passes.ts";
import { demoCosts } from "./demo-costs.ts";
import { type DemoOptions, readDemoOptions } from "./demo-options.ts";
import { demoPass, demoStores } from "./demo-pass.ts";
import { type DemoWorld, startDemoWorld } from "./demo-world.ts";
import { nextSteps, onceReport } from "./once-report.ts";

export const runDemo: RunVerb = async (input, terminal) => {
  const { demo, problems } = readDemoOptions(input.options);
  if (problems.length > 0) throw new UsageError(problems);
  const world = await startDemoWorld(demo.speed, demo.seed);
  const stores = demoStores(world.targets);
  try {
    return await run(demo, world, stores, terminal);
  } catch (error) {
    if (terminal.signal.aborted) return exitCode.done;
    throw error;
  } finally {
    stores.close();
    await world.close();
  }
};

async function run(
  { watch, speed }: DemoOptions,
  world: DemoWorld,
  stores: Stores,
  terminal: Terminal,
): Promise<ExitCode> {
  const { signal } = terminal;
  const pass = demoPass(world, stores, watch);
  if (watch.passes === 1 && !watch.json) {
    const now = world.clock.now();
    const outcome = await pass(now, signal, 1);
    const costs = outcome.accounts === null ? null : await demoCosts(stores, outcome.accounts, now, terminal);
    terminal.out(onceReport(outcome, costs, world.url, terminal));
    return exitCodeOf(outcome);
  }
  const heading = `sandmeter demo  embedded AWS at ${world.url}, whose time runs ${speed} × as fast; nothing here touches AWS`;
  const last = await watchPasses({
    clock: world.clock,
    terminal,
    watch,
    heading: [heading],
    pricing: builtInPricing,
    pass,
  });
  if (!watch.json) terminal.out(`\n${nextSteps}`);
  return signal.aborted ? exitCode.done : exitCodeOf(last);
}
