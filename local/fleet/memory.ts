import type { LocalSession } from "../world.ts";
import { between, chance } from "./random.ts";

const gib = 2 ** 30;
const mib = 2 ** 20;

/**
 * Bytes that the microVM holds in one second. The system itself takes about 1.2 GB; work adds a set that grows for a while,
 * and busy seconds add a little more, so the level falls now and then.
 */
export function memoryLevel(session: LocalSession, index: number, vcpu: number): number {
  const { seed } = session.activity;
  const wobble = chance(seed, 51, index) * 12 * mib;
  if (index < 0) return Math.round(gib * (0.9 + index * 0.04) + wobble);
  const base = gib * between(1.1, 1.3, seed, 50);
  const grown = gib * workingSetGib(session) * Math.min(1, index / between(60, 1800, seed, 53));
  const busy = vcpu > 0.1 ? mib * 256 * chance(seed, 54, index >> 3) * Math.min(1, vcpu) : 0;
  return Math.round(base + grown + busy + wobble);
}

function workingSetGib(session: LocalSession): number {
  const { profile, seed } = session.activity;
  switch (profile) {
    case "async-job":
    case "trickle":
      return between(0.5, 4, seed, 52);
    case "hot-loop":
      return between(0.1, 5.5, seed, 52);
    case "bursty":
    case "steady":
    case "sleeper":
    case "returning":
      return between(0.05, 1.5, seed, 52);
    case "idle-leak":
      return between(0.02, 0.6, seed, 52);
    case "ephemeral":
    case "client":
      return 0.05;
    default:
      return profile satisfies never;
  }
}
