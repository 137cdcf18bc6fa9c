import { codeInterpreterKind } from "../adapters/aws/code-interpreter-kind.ts";
import { codeInterpreterPrices } from "../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../core/billing/price-book.ts";
import { leaksOf } from "../core/cleanup/leaks.ts";
import type { Target } from "../core/inventory/target.ts";
import type { TargetSweep } from "../core/jobs/sweep/sweep.ts";
import { accountId, region } from "../core/kernel/ids.ts";
import { type Instant, instant } from "../core/kernel/instant.ts";
import { localClock } from "../local/clock.ts";
import { createWorld } from "../local/create-world.ts";
import type { FleetSpec } from "../local/fleet/fleet-spec.ts";
import { startLocalAws } from "../local/server.ts";
import { truthOf } from "../local/truth.ts";
import type { Figure } from "./bench.ts";
import { judgeStops, lastWorkOf, profileOf } from "./judge-stops.ts";
import { savingsFigures } from "./savings-figures.ts";
import { clientsOf, idleAfterMs, sweptPlace } from "./swept-place.ts";

const minuteMs = 60_000;
const passMs = 15 * minuteMs;
const lagMs = 75 * minuteMs;
const targets: readonly Target[] = [
  { account: accountId("111122223333"), region: region("us-east-1") },
  { account: accountId("444455556666"), region: region("eu-central-1") },
];

/** What happened, in figures that miss where anything is not as it must be, and how long it took. */
export interface SweptDay {
  readonly figures: readonly Figure[];
  readonly seconds: number;
}

/** Sweeps a fleet every quarter of an hour of its time, calls, listings and stops over HTTP, and holds all of it to the truth. */
export async function sweptDay(
  fleet: "thousand" | FleetSpec,
  hours: number,
  tell: (line: string) => void,
): Promise<SweptDay> {
  const clock = localClock({ startAt: Date.UTC(2026, 10, 20), speed: 0 });
  const limits = { requestsPerSecond: 100_000, othersTimes: 1000 };
  const world = createWorld({ fleet, seed: 7, clock, unknowns: {}, limits });
  const server = await startLocalAws({ world, port: 0 });
  const places = targets.map((target) => sweptPlace(world, target, clientsOf(server.url, target.account)));
  const passes = (hours * 60 * minuteMs) / passMs;
  const startedAt = performance.now();
  const last: TargetSweep[] = [];
  try {
    for (let pass = 1; pass <= passes; pass += 1) {
      clock.advance(passMs);
      last.length = 0;
      for (const place of places) last.push(await place.pass());
      if (pass % 16 === 0) tell(`${pass / 4} h swept after ${Math.round((performance.now() - startedAt) / 1000)} s`);
    }
  } finally {
    for (const { clients } of places) clients.close();
    await server.close();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const until = clock.now();
  const truth = truthOf(world, { work: { from: 0, until }, cost: true });
  const kept = await Promise.all(
    places.map(({ target, records }) => records.between(target, instant(0), instant(until))),
  );
  const stops = kept.flat();
  const { wrong, races, stopped } = judgeStops(stops, truth, idleAfterMs);
  const leaks = truth.sessions.filter((it) => profileOf(it) === "idle-leak");
  const slack = idleAfterMs + lagMs + 2 * passMs;
  const late = leaks
    .filter((it) => /^(agents|tenant)-/.test(it.interpreter))
    .filter((it) => Math.min(until, it.endedAt === null ? until : Date.parse(it.endedAt)) > lastWorkOf(it) + slack);
  const untold = leaks.filter(
    (it) => it.status === "READY" && lastWorkOf(it) + slack < until && !isTold(it.session, last),
  );
  tell(`races: ${races.length === 0 ? "none" : races.toSorted().join(" ")}`);
  for (const it of late.slice(0, 5))
    tell(`late: ${it.interpreter} ${it.session} ${it.createdAt} ${it.endedAt} ${it.endedBy}`);
  for (const it of untold.slice(0, 5)) tell(`untold: ${it.interpreter} ${it.session} ${reasonOf(it.session, last)}`);
  const figures: readonly Figure[] = [
    {
      what: "sessions that worked in the idleAfter before H, and were stopped",
      value: wrong.length,
      unit: "",
      atMost: 0,
    },
    {
      what: "leaks that can be proved, and lived longer than idleAfter, lag and two passes",
      value: late.length,
      unit: "",
      atMost: 0,
    },
    { what: "leaks alive at the end that are not told as unprovable", value: untold.length, unit: "", atMost: 0 },
    { what: "sessions stopped", value: stopped, unit: "" },
    {
      what: "requests for usage records, of a pass over both Regions",
      value: places.reduce((sum, { usageRequests }) => sum + usageRequests(), 0) / passes,
      unit: "",
    },
    { what: "races: work that began between H and the stop", value: races.length, unit: "" },
    {
      what: "races of what neither wakes by itself nor is called again",
      value: races.filter((profile) => profile !== "sleeper" && profile !== "returning").length,
      unit: "",
      atMost: 0,
    },
    ...listedFigures(last, instant(until)),
    ...savingsFigures(world, stops, truth, tell),
  ];
  return { figures, seconds };
}

/** Leaks that nothing can prove are told with what they cost and what to turn on. */
function listedFigures(swept: readonly TargetSweep[], now: Instant): readonly Figure[] {
  const { size } = codeInterpreterKind;
  const input = { prices: priceBookOf(codeInterpreterPrices), gb: "binary", size, soFarOf: () => null } as const;
  const decided = swept.flatMap((one) => one.decided);
  const listed = leaksOf(decided, input, now).filter(({ isProvable }) => !isProvable);
  const sum = (groups: typeof listed): number => groups.reduce((all, { sessions }) => all + sessions, 0);
  const bare = listed.filter(({ anHour, turnOn }) => anHour === null || turnOn === null);
  return [
    { what: "sessions that are told as leaks that cannot be proved, at the end", value: sum(listed), unit: "" },
    { what: "of them, told without what they cost or what to turn on", value: sum(bare), unit: "", atMost: 0 },
  ];
}

const reasonOf = (session: string, swept: readonly TargetSweep[]): string | undefined =>
  swept.flatMap(({ decided }) => decided).find(({ facts }) => facts.session.id === session)?.decision.reason;

const isTold = (session: string, swept: readonly TargetSweep[]): boolean =>
  ["unprovable", "expires-soon"].includes(reasonOf(session, swept) ?? "");
