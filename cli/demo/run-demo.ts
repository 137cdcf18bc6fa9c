import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { observe } from "../../core/jobs/observe.ts";
import type { PassOutcome } from "../../core/jobs/observe-outcome.ts";
import { defaultThresholds } from "../../core/quota/thresholds.ts";
import { UsageError } from "../cli-error.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { builtInPricing } from "../scan/compose.ts";
import type { Terminal } from "../terminal.ts";
import type { RunVerb } from "../verb.ts";
import { observeInputOf, observePortsOf } from "../watch/compose.ts";
import { exitCodeOf, watchPasses } from "../watch/watch-passes.ts";
import { type DemoOptions, readDemoOptions } from "./demo-options.ts";
import { type DemoWorld, startDemoWorld } from "./demo-world.ts";
import { nextSteps, onceReport } from "./once-report.ts";

export const runDemo: RunVerb = async (input, terminal) => {
  const { demo, problems } = readDemoOptions(input.options);
  if (problems.length > 0) throw new UsageError(problems);
  const world = await startDemoWorld(demo.speed, demo.seed);
  // The same store as `watch` has, without a file: what the demo sees is not worth keeping.
  const state = sqliteRegistry(":memory:");
  try {
    const pass = observe(observePortsOf(world.clients, state, world.homeRegion, () => undefined));
    const settings = {
      thresholds: defaultThresholds,
      limitOverrides: [],
      prices: builtInPricing.prices,
      gb: builtInPricing.gb,
    };
    const observeInput = observeInputOf(settings, { targets: world.targets, notEnabled: "fail" }, true);
    return await run(demo, world, terminal, (startedAt, signal) => pass(startedAt, observeInput, signal));
  } catch (error) {
    if (terminal.signal.aborted) return exitCode.done;
    throw error;
  } finally {
    state.close();
    await world.close();
  }
};

async function run(
  { watch, speed }: DemoOptions,
  world: DemoWorld,
  terminal: Terminal,
  pass: Parameters<typeof watchPasses>[0]["pass"],
): Promise<ExitCode> {
  const { signal } = terminal;
  if (watch.passes === 1 && !watch.json) {
    const outcome: PassOutcome = await pass(world.clock.now(), signal);
    terminal.out(onceReport(outcome, world.url, terminal));
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
