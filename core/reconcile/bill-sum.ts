import { addDecimals } from "../kernel/decimal.ts";
import type { BilledLine, SetAside, UnusableUsage } from "../ports/billed-usage.ts";
import { type BillEntry, readBillEntry } from "./bill-entry.ts";

/** Adds a bill up, entry by entry: what it keeps grows with accounts, Regions and days, never with entries. */
export interface BillSum {
  readonly add: (entry: BillEntry) => void;
  /** A charge of the service that is no usage, such as a credit. */
  readonly setAside: (charge: SetAside) => void;
  /** Usage that could not even be made an entry of. */
  readonly addUnusable: (of: UnusableUsage) => void;
  readonly lines: () => readonly BilledLine[];
  readonly unusable: () => readonly UnusableUsage[];
  readonly allSetAside: () => readonly SetAside[];
  /** What could not be taken, each once, with how many entries it befell. */
  readonly wrong: () => readonly string[];
}

const listedReasons = 10;

export function billSum(): BillSum {
  const lines = new Map<string, BilledLine>();
  const aside = new Map<string, SetAside>();
  const reasons = new Map<string, number>();
  const unusable = new Map<string, UnusableUsage>();
  const addUnusable = (of: UnusableUsage): void => void unusable.set(`${of.account}/${of.region}/${of.dayAt}`, of);
  const setAside = (charge: SetAside): void => {
    const known = aside.get(charge.what);
    aside.set(charge.what, known === undefined ? charge : { ...known, usd: addDecimals(known.usd, charge.usd) });
  };
  return {
    add: (entry) => {
      const read = readBillEntry(entry);
      switch (read.kind) {
        case "usage": {
          const { line } = read;
          const key = `${line.account}/${line.region}/${line.dayAt}/${line.meter}`;
          const known = lines.get(key);
          const hours = known === undefined ? line.hours : addDecimals(known.hours, line.hours);
          lines.set(key, { ...line, hours, usd: known === undefined ? line.usd : addDecimals(known.usd, line.usd) });
          return;
        }
        case "set-aside":
          setAside(read.charge);
          return;
        case "wrong":
          reasons.set(read.why, (reasons.get(read.why) ?? 0) + 1);
          if (read.unusable !== null) addUnusable(read.unusable);
          return;
      }
    },
    setAside,
    addUnusable,
    lines: () => [...lines.values()],
    unusable: () => [...unusable.values()],
    allSetAside: () => [...aside.values()].toSorted((a, b) => (a.what < b.what ? -1 : 1)),
    wrong: () => {
      const told = [...reasons].map(([why, count]) => (count === 1 ? why : `${why} (${count} times)`));
      const rest = told.length - listedReasons;
      return rest > 0 ? [...told.slice(0, listedReasons), `and ${rest} more reasons`] : told;
    },
  };
}
