import { plusMs } from "../../core/kernel/instant.ts";
import type { UsageRequest } from "../../core/ports/usage-source.ts";

const minuteMs = 60_000;
/** A request tells the time of its pass: records are believed that are stamped up to a day later. */
const believedMs = 24 * 60 * minuteMs;
/** From the beginning of a pass until its first request: so much less may be seen of how far its time is ahead. */
const underWayMs = minuteMs;
/** A clock that is further off tells another time altogether. */
const mostSkewMs = 60 * minuteMs;

/**
 * Requests in the time of the machine that stamps the files. A window is of the service's time; where that is ahead, a file
 * gets a stamp that was read up to before it came, and nobody would ever read it. So a window begins earlier by as much as the
 * machine is behind, and what is read once more changes nothing. Where the machine is ahead, its files come later.
 */
export function windowsByClock(clock: () => number): (request: UsageRequest) => UsageRequest {
  let aheadMs = 0;
  let seenAt = 0;
  return (request) => {
    if (request.latestAt !== seenAt) {
      // All requests of a pass say the same: its own time, at which it began.
      seenAt = request.latestAt;
      aheadMs = request.latestAt - believedMs - clock();
    }
    if (aheadMs <= 0) return request;
    const from = plusMs(request.from, -aheadMs - underWayMs);
    const until = aheadMs > mostSkewMs ? plusMs(request.until, -aheadMs) : request.until;
    return { ...request, from, until };
  };
}
