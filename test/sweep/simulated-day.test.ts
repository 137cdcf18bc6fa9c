import { expect, it } from "vitest";
import { isMissed } from "../../bench/bench.ts";
import { sweptDay } from "../../bench/swept-day.ts";
import { thousandFleet } from "../../local/fleet/thousand-fleet.ts";

const hours = 8;
const share = 4;

/** A quarter of the thousand's sessions, born early enough for each leak's time to come. */
function smallFleet() {
  const fleet = thousandFleet();
  const places = fleet.places.map((place) => ({
    ...place,
    sessions: place.sessions.map((group) => ({
      ...group,
      count: Math.ceil(group.count / share),
      createdSeconds: [0, (hours - 3) * 3600] as [number, number],
    })),
  }));
  return { ...fleet, places };
}

it("a simulated day ends with no false stop, all provable leaks gone, the others told with their cost, and true savings", async () => {
  const { figures } = await sweptDay(smallFleet(), hours, () => undefined);
  expect(figures.filter(isMissed)).toEqual([]);
  const figure = (what: string): number | undefined => figures.find(({ what: own }) => own.startsWith(what))?.value;
  // Of 100 leaks, so that what is not missed is more than nothing.
  expect(figure("sessions stopped")).toBeGreaterThan(50);
  expect(figure("sessions that are told as leaks")).toBeGreaterThan(0);
  expect(figure("what the stops saved in truth")).toBeGreaterThan(1);
  expect(figures.filter(({ atMost }) => atMost === 0)).toHaveLength(7);
}, 60_000);
