import { describe, expect, it } from "vitest";
import type { PlannedProfile } from "../../local/fleet/activity.ts";
import { callsOf } from "../../local/fleet/calls.ts";
import { type UsageRecord, usageRecords } from "../../local/fleet/usage-records.ts";
import type { LocalSession } from "../../local/world.ts";
import { aSession, hour, minute, startAt, worldOf } from "./fixtures.ts";

const seeds = [...Array(8).keys()];

const longSession = (profile: PlannedProfile, seed: number): LocalSession =>
  aSession({ profile, seed, timeoutSeconds: 14_400 });

function recordsFrom(session: LocalSession, fromMs: number): UsageRecord[] {
  const { world, clock } = worldOf([session]);
  clock.advance(5 * hour);
  return usageRecords(session, world, startAt + fromMs, startAt + 5 * hour).filter((each) => each.elapsedSeconds > 0);
}

const vcpuOf = (record: UsageRecord): number => (record.vcpuHours * 3600) / record.elapsedSeconds;
const invocations = (session: LocalSession, fromMs: number): number =>
  callsOf(session, startAt + fromMs, startAt + 4 * hour).filter((call) => call.operation === "InvokeCodeInterpreter")
    .length;
const busyShare = (records: readonly UsageRecord[]): number =>
  records.filter((each) => vcpuOf(each) >= 0.02).length / records.length;

describe("an activity profile", () => {
  it.each(seeds)("idle-leak works for a while and is then forgotten (%i)", (seed) => {
    const session = longSession("idle-leak", seed);
    expect(invocations(session, 0)).toBeGreaterThan(0);
    const after = recordsFrom(session, 8 * minute);
    expect(busyShare(after)).toBe(0);
    expect(Math.min(...after.map(vcpuOf))).toBeGreaterThan(0);
    expect(Math.max(...after.map(vcpuOf))).toBeLessThan(0.01);
    expect(invocations(session, 8 * minute)).toBe(0);
  });

  it.each(seeds)("async-job uses CPU for hours without any call (%i)", (seed) => {
    const session = longSession("async-job", seed);
    const during = recordsFrom(session, minute).filter((each) => each.stampAt < startAt + 89 * minute);
    expect(during.length).toBeGreaterThan(5000);
    expect(busyShare(during)).toBe(1);
    expect(invocations(session, minute)).toBe(0);
  });

  it.each(seeds)("hot-loop keeps both vCPUs busy to the end (%i)", (seed) => {
    const records = recordsFrom(longSession("hot-loop", seed), 5000);
    expect(Math.min(...records.map(vcpuOf))).toBeGreaterThanOrEqual(1.9);
    expect(Math.max(...records.map(vcpuOf))).toBeLessThanOrEqual(2.0001);
  });

  it.each(seeds)("steady is called at least every minute (%i)", (seed) => {
    const session = longSession("steady", seed);
    const starts = callsOf(session, startAt, startAt + 4 * hour).map((call) => call.startAt);
    const pauses = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    expect(Math.max(...pauses)).toBeLessThan(minute);
    expect(busyShare(recordsFrom(session, 0))).toBeGreaterThan(0.25);
  });

  it.each(seeds)("bursty works hard at times and rests for most (%i)", (seed) => {
    const records = recordsFrom(longSession("bursty", seed), 0);
    expect(busyShare(records)).toBeGreaterThan(0.02);
    expect(busyShare(records)).toBeLessThan(0.6);
    expect(Math.max(...records.map(vcpuOf))).toBeGreaterThan(0.7);
  });

  it.each(seeds)("trickle uses CPU below the idle level for hours, after one call (%i)", (seed) => {
    const session = longSession("trickle", seed);
    const during = recordsFrom(session, minute).filter((each) => each.stampAt < startAt + 89 * minute);
    expect(during.length).toBeGreaterThan(5000);
    expect(Math.min(...during.map(vcpuOf))).toBeGreaterThan(0.0049);
    expect(Math.max(...during.map(vcpuOf))).toBeLessThan(0.0181);
    expect(invocations(session, 0)).toBe(1);
  });

  it.each(seeds)("sleeper wakes by itself for one to five minutes, after 10 to 50 of sleep (%i)", (seed) => {
    const session = aSession({ profile: "sleeper", seed, timeoutSeconds: 18_000 });
    expect(invocations(session, 0)).toBe(1);
    const busy = recordsFrom(session, minute).filter((each) => vcpuOf(each) >= 0.02);
    const wakings = busy.filter(
      (each, index) => index === 0 || each.stampAt - (busy[index - 1]?.stampAt ?? 0) > minute,
    );
    expect(wakings.length).toBeGreaterThanOrEqual(4);
    for (const [index, waking] of wakings.entries()) {
      const next = wakings[index + 1]?.stampAt ?? Number.POSITIVE_INFINITY;
      const last = busy.findLast((each) => each.stampAt < next)?.stampAt ?? 0;
      expect((last - waking.stampAt) / minute).toBeGreaterThan(0.95);
      expect((last - waking.stampAt) / minute).toBeLessThan(5);
      if (next === Number.POSITIVE_INFINITY) continue;
      expect((next - last) / minute).toBeGreaterThan(10);
      expect((next - last) / minute).toBeLessThan(50);
    }
  });

  it.each(seeds)("returning is visited again after 20 to 60 minutes without any work (%i)", (seed) => {
    const session = longSession("returning", seed);
    const invoked = callsOf(session, startAt, startAt + 4 * hour).filter(
      (call) => call.operation === "InvokeCodeInterpreter",
    );
    const pauses = invoked.slice(1).map((call, index) => (call.startAt - (invoked[index]?.endAt ?? 0)) / minute);
    const away = pauses.filter((pause) => pause > 5);
    expect(away.length).toBeGreaterThanOrEqual(2);
    expect(Math.min(...away)).toBeGreaterThan(19.9);
    expect(Math.max(...away)).toBeLessThan(61);
    expect(Math.max(...pauses.filter((pause) => pause <= 5))).toBeLessThan(0.5);
  });

  it.each(seeds)("ephemeral is called once (%i)", (seed) => {
    expect(invocations(longSession("ephemeral", seed), 0)).toBe(1);
  });
});
