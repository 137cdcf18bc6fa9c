import { sumUsd, type Usd } from "../kernel/money.ts";
import type { CostBasis } from "./charge.ts";

/** A part of a total: one session, or some of one basis. */
export interface BasisPart {
  readonly basis: CostBasis;
  readonly sessions: number;
  /** Those of them that have no figure. */
  readonly withoutFigure: number;
  /** Of those that have one; null where none has. */
  readonly usd: Usd | null;
}

export interface TotalBasis {
  /** That of the weakest part; null for a total of nothing. */
  readonly weakest: CostBasis | null;
  /** Strongest first; only bases that occur. Their sessions and dollars add up to those of the total. */
  readonly shares: readonly BasisPart[];
}

const strongestFirst: readonly CostBasis[] = ["rated", "logged", "allocated", "bounded"];

export function basisOfTotal(parts: readonly BasisPart[]): TotalBasis {
  const byBasis = Map.groupBy(parts, ({ basis }) => basis);
  const shares = strongestFirst.flatMap((basis) => {
    const own = byBasis.get(basis) ?? [];
    return own.length === 0 ? [] : [shareOf(basis, own)];
  });
  return { weakest: shares.at(-1)?.basis ?? null, shares };
}

function shareOf(basis: CostBasis, parts: readonly BasisPart[]): BasisPart {
  const known = parts.flatMap(({ usd }) => usd ?? []);
  return {
    basis,
    sessions: parts.reduce((sum, part) => sum + part.sessions, 0),
    withoutFigure: parts.reduce((sum, part) => sum + part.withoutFigure, 0),
    usd: known.length === 0 ? null : sumUsd(known),
  };
}
