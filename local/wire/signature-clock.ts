import { Fault } from "../service.ts";

/** AWS refuses a signature whose date is further than this from its own time. */
const toleranceMs = 5 * 60_000;

export interface SignatureClock {
  /** Throws the fault of AWS for a signature that is too old or too new. */
  readonly check: (signedAt: number) => void;
}

/**
 * Judges the age of signatures although emulated time may run fast, stand still or jump.
 *
 * A client signs with its own time, corrected by the `Date` header of an earlier answer. So an honest client is either
 * near wall time (never corrected), or off from it by an offset that this server has told it at some time. The
 * offsets told are remembered as a range, and all else is refused. With a clock in real time the range is a point,
 * and the rule is that of AWS.
 */
export function signatureClock(now: () => number, wallNow: () => number): SignatureClock {
  const first = now() - wallNow();
  let lowest = first;
  let highest = first;
  return {
    check: (signedAt) => {
      const at = wallNow();
      const offset = signedAt - at;
      const current = now() - at;
      lowest = Math.min(lowest, current);
      highest = Math.max(highest, current);
      if (Math.abs(offset) <= toleranceMs) return;
      if (offset < lowest - toleranceMs) throw refused(signedAt, now(), "expired");
      if (offset > highest + toleranceMs) throw refused(signedAt, now(), "not yet current");
    },
  };
}

function refused(signedAt: number, now: number, how: "expired" | "not yet current"): Fault {
  const basic = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const edge = how === "expired" ? now - toleranceMs : now + toleranceMs;
  return new Fault(
    "InvalidSignatureException",
    403,
    `Signature ${how}: ${basic(signedAt)} is ${how === "expired" ? "now earlier" : "still later"} than ${basic(edge)} (${basic(now)} ${how === "expired" ? "-" : "+"} 5 min.)`,
  );
}
