import type { Instant } from "../../kernel/instant.ts";
import { mapConcurrently } from "../../kernel/map-concurrently.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { MetricDatum } from "../../ports/metrics.ts";
import type { PassOutcome, TargetPass } from "./outcome.ts";
import type { ObserveInput, ObservePorts } from "./ports.ts";
import { observeTarget } from "./target.ts";

// Each target has its own request budget, so many can be read side by side; this only bounds memory and sockets.
const targetsAtOnce = 32;

/**
 * One pass: scan, record, tell. Targets are independent of each other; one target's failure is one target's failure.
 * The metrics of all targets go out together at the end, for CloudWatch charges by the request. Rejects only when
 * `signal` is aborted, and then leaves a state that the next pass goes on from.
 */
export const observe =
  (ports: ObservePorts) =>
  async (now: Instant, input: ObserveInput, signal: AbortSignal): Promise<PassOutcome> => {
    const targets = await mapConcurrently(input.targets, targetsAtOnce, (target) =>
      observeTarget(ports, now, input, target, signal),
    );
    const data = targets.flatMap((pass) => pass.metrics);
    const problems = input.publish ? await publish(ports, data, signal) : [];
    return { asOf: now, complete: problems.length === 0 && targets.every(isComplete), targets, problems };
  };

const publish = async (
  ports: ObservePorts,
  data: readonly MetricDatum[],
  signal: AbortSignal,
): Promise<readonly Problem[]> => (data.length === 0 ? [] : await ports.publishMetrics(data, signal));

const isComplete = (pass: TargetPass): boolean =>
  pass.state !== "failed" &&
  pass.scan !== null &&
  (pass.scan.status === "ok" || pass.scan.status === "skipped") &&
  pass.problems.length === 0 &&
  pass.events.every((delivery) => delivery.result !== "unsent");
