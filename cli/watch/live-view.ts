import type { Clock } from "../../core/ports/clock.ts";
import type { Pricing } from "../../core/reporting/scan-totals.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import { frameOf, type View } from "./frame.ts";
import type { Ended } from "./pass-loop.ts";
import { accountsOf, cleanupsOf, type WatchOutcome } from "./watch-outcome.ts";

export interface LiveView {
  readonly show: (ended: Ended<WatchOutcome>) => void;
  /** Leaves the screen as it was before, and the last frame below it. */
  readonly close: () => Promise<void>;
}

const redrawEveryMs = 500;
const rememberedDeliveries = 50;

// DEC private modes: 1049 is the second screen, 25 the cursor. What was on the terminal comes back at the end.
const enter = "\u001b[?1049h\u001b[?25l";
const leave = "\u001b[?25h\u001b[?1049l";

/** Redraws a terminal twice a second until it is closed. */
export function liveView(terminal: Terminal, clock: Clock, heading: readonly string[], pricing: Pricing): LiveView {
  let view: View = { heading, last: null, accounts: null, cleanup: null, pricing, deliveries: [] };
  const done = new AbortController();
  const draw = (): void => {
    const lines = frameOf(view, clock.now(), terminal);
    terminal.out(`\u001b[H${lines.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
  };
  terminal.out(enter);
  const drawing = (async (): Promise<void> => {
    while (!done.signal.aborted) {
      draw();
      await systemClock.sleep(redrawEveryMs, done.signal);
    }
  })();
  return {
    show: (last) => {
      const { accounts, cleanup, targets } = last.outcome;
      const newest = [
        ...targets.flatMap((target) => target.events),
        ...accountsOf(last.outcome).flatMap((it) => it.events),
        ...cleanupsOf(last.outcome).flatMap((it) => it.events),
      ].toReversed();
      view = {
        ...view,
        last,
        accounts: accounts ?? view.accounts,
        cleanup: cleanup ?? view.cleanup,
        deliveries: [...newest, ...view.deliveries].slice(0, rememberedDeliveries),
      };
      draw();
    },
    close: async () => {
      done.abort();
      await drawing;
      terminal.out(leave);
      terminal.out(
        frameOf(view, clock.now(), terminal)
          .map((line) => `${line}\n`)
          .join(""),
      );
    },
  };
}
