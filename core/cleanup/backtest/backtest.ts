import { sumUsd, type Usd } from "../../kernel/money.ts";
import type { PolicySet } from "../policy/policy.ts";
import type { UsdBounds } from "../savings/savings-rate.ts";
import { type RateBounds, wilsonBounds } from "./backtest-rate.ts";
import { replaySession } from "./backtest-session.ts";
import { type Piece, piecesOf } from "./backtest-timeline.ts";
import type { BacktestSettings, KeptReason, PastSession, Replayed, StopBasis, WouldBeStop } from "./backtest-types.ts";

/** Would-be stops of one basis. */
export interface StopFigures {
  readonly stops: number;
  readonly falseStops: number;
  readonly unverified: number;
  readonly races: number;
  /** Of false stops among all, those that cannot be told counted as right in `low` and as false in `high`; null without a stop. */
  readonly falseRate: RateBounds | null;
  /** Of all but the false ones; null where the price of one is not known. */
  readonly freedUsd: UsdBounds | null;
  readonly freedMs: { readonly low: number; readonly high: number };
}

interface BacktestFigures {
  readonly sessions: number;
  /** Without a time limit of their own: eight hours stand for it. */
  readonly withoutTimeLimit: number;
  /** Of which no call was recorded, nor that there was none. */
  readonly withoutCalls: number;
  readonly byBasis: Readonly<Record<StopBasis, StopFigures>>;
  readonly kept: ReadonlyMap<KeptReason, number>;
}

export interface ReplayedSession {
  readonly past: Pick<PastSession, "session" | "end">;
  readonly replayed: Replayed;
}

export interface Backtest {
  readonly figures: BacktestFigures;
  readonly sessions: readonly ReplayedSession[];
}

/** Replays sessions against several sets of policies at once: the records of each are gone through once, and may go then. */
export function backtest(
  sessions: Iterable<PastSession>,
  sets: readonly PolicySet[],
  settings: BacktestSettings,
): readonly Backtest[] {
  const replayed = sets.map((): ReplayedSession[] => []);
  let [withoutTimeLimit, withoutCalls] = [0, 0];
  for (const past of sessions) {
    const pieces = timelineOf(past, settings);
    if (past.session.timeoutSeconds === null) withoutTimeLimit += 1;
    if (past.calls.kind === "none") withoutCalls += 1;
    for (const [place, set] of sets.entries()) {
      const { session, end } = past;
      replayed[place]?.push({ past: { session, end }, replayed: replaySession(past, pieces, set, settings) });
    }
  }
  return replayed.map((all) => ({
    sessions: all,
    figures: { ...figuresOf(all.map((each) => each.replayed)), withoutTimeLimit, withoutCalls },
  }));
}

function timelineOf({ usage, session, end }: PastSession, settings: BacktestSettings): readonly Piece[] | null {
  if (usage === null) return null;
  const { atTeardown } = settings.lag;
  const isAtTeardown = atTeardown === "all" || (atTeardown !== "none" && atTeardown.has(session.interpreter));
  return piecesOf(usage, settings, `${session.interpreter}/${session.id}`, isAtTeardown ? end.earliest : null);
}

function figuresOf(all: readonly Replayed[]): Pick<BacktestFigures, "sessions" | "byBasis" | "kept"> {
  const stops = all.filter((each) => each.kind === "stop");
  const kept = new Map<KeptReason, number>();
  for (const each of all) if (each.kind === "kept") kept.set(each.reason, (kept.get(each.reason) ?? 0) + 1);
  const of = (basis: StopBasis): StopFigures => figuresOfStops(stops.filter((stop) => stop.basis === basis));
  return {
    sessions: all.length,
    byBasis: { proved: of("proved"), "cpu-alone": of("cpu-alone"), "busy-by-choice": of("busy-by-choice") },
    kept,
  };
}

function figuresOfStops(stops: readonly WouldBeStop[]): StopFigures {
  const ofVerdict = (verdict: WouldBeStop["verdict"]): number =>
    stops.filter((stop) => stop.verdict === verdict).length;
  const [falseStops, unverified] = [ofVerdict("false"), ofVerdict("unverified")];
  // What works again was no waste.
  const freed = stops.filter(({ verdict }) => verdict !== "false");
  const usd = freed.flatMap((stop) => stop.usd ?? []);
  const sum = (pick: (bounds: UsdBounds) => Usd): Usd => sumUsd(usd.map(pick));
  return {
    stops: stops.length,
    falseStops,
    unverified,
    races: stops.filter(({ isRace }) => isRace).length,
    falseRate: wilsonBounds(falseStops, unverified, stops.length),
    freedUsd: usd.length < freed.length ? null : { low: sum(({ low }) => low), high: sum(({ high }) => high) },
    freedMs: {
      low: freed.reduce((total, { freedMs }) => total + freedMs.low, 0),
      high: freed.reduce((total, { freedMs }) => total + freedMs.high, 0),
    },
  };
}
