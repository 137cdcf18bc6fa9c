import fc from "fast-check";
import { expect, it } from "vitest";
import { scan } from "../../core/jobs/scan/scan.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { FaultRule } from "../../local/faults.ts";
import { embedded, signal } from "../aws/embedded.ts";
import { scanInput } from "./fake-sandboxes.ts";

const regions = ["us-east-1", "eu-west-1"];
const aws = await embedded(
  {
    places: regions.map((region) => ({
      region,
      appliedQuotas: { sessions: 500, interpreters: 100 },
      interpreters: [{ name: "tool" }, { name: "idle" }],
      sessions: [
        { interpreter: "tool", profile: "bursty", count: 11, createdSeconds: [-800, -10] },
        { interpreter: "system", profile: "idle-leak", count: 3, createdSeconds: -60 },
      ],
    })),
  },
  { maxAttempts: 2 },
);

const listings = ["ListCodeInterpreters", "ListCodeInterpreterSessions"] as const;
const struck: readonly Pick<FaultRule, "kind" | "operation">[] = [
  ...(["error", "html-503", "access-denied", "missing-optional", "unknown-status"] as const).flatMap((kind) =>
    [...listings, "GetCodeInterpreterSession"].map((operation) => ({ kind, operation })),
  ),
  ...(["empty-page", "repeated-token"] as const).flatMap((kind) => listings.map((operation) => ({ kind, operation }))),
  { kind: "vanish", operation: "GetCodeInterpreterSession" },
];

const rule: fc.Arbitrary<FaultRule> = fc
  .record(
    {
      what: fc.constantFrom(...struck),
      region: fc.constantFrom(...regions),
      probability: fc.constantFrom(0.2, 0.6, 1),
      times: fc.integer({ min: 1, max: 9 }),
    },
    { requiredKeys: ["what"] },
  )
  .map(({ what, ...rest }) => ({ ...what, ...rest }));

it("whatever goes wrong: no session is invented, and a number is given only where it is the true one", {
  timeout: 60_000,
}, async () => {
  const truth = await aws.ready();
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { maxLength: 4 }), async (faults) => {
      await aws.clearFaults();
      await aws.addFaults(...faults);
      const outcome = await scan(aws.ports(5))(instant(aws.world.clock.now()), scanInput(regions), signal);
      // A session that vanishes was there for the listing and is gone for the look-up: the truth of this run lacks it.
      const vanishing = faults.some((fault) => fault.kind === "vanish");
      for (const target of outcome.targets) {
        const here = truth.filter((line) => line.startsWith(`${target.target.region} `));
        const seen = target.sessions.map((it) => `${it.target.region} ${it.interpreter} ${it.id}`);
        expect(new Set(seen).size).toBe(seen.length);
        expect(here).toEqual(expect.arrayContaining(seen));
        expect(target.readySessions === null || target.readySessions === seen.length).toBe(true);
        if (target.readySessions !== null && !vanishing) expect(seen.toSorted()).toEqual(here);
        if (target.status === "partial" || target.status === "failed") expect(target.problems).not.toEqual([]);
        const [sessionsQuota] = target.quotas;
        expect(sessionsQuota?.used ?? null).toBe(target.readySessions);
      }
      expect(outcome.complete).toBe(outcome.targets.every((target) => target.status === "ok"));
    }),
    { numRuns: 12, seed: 20_261_121 },
  );
});
