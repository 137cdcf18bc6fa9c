/** How far the service's clock is ahead of this machine's, as the answers say that came so far. */
export interface AnswerTime {
  /** 0 where both are seen as one clock; null where no answer has said. */
  readonly aheadMs: () => number | null;
  /** One answer, after `tookMs`: its Date, and what the machine's clock says now. */
  readonly note: (said: string | undefined, machineMs: number, tookMs: number) => void;
}

// What is seen as one clock: a Date has whole seconds, so that times would go forth and back otherwise.
const toleratedSkewMs = 2000;

/** Follows a machine's clock that jumps or drifts, and a service's that runs faster, with each answer. */
export function answerTime(): AnswerTime {
  let aheadMs: number | null = null;
  return {
    aheadMs: () => aheadMs,
    note: (said, machineMs, tookMs) => {
      const measured = aheadOf(said, machineMs - tookMs / 2);
      if (measured === null) return;
      const doubtMs = toleratedSkewMs + tookMs / 2;
      if (Math.abs(measured - (aheadMs ?? 0)) > doubtMs) aheadMs = Math.round(measured);
      else aheadMs ??= 0;
    },
  };
}

/** Null where it is no date. The header has whole seconds, cut: its middle is half a second later than it says. */
export function aheadOf(said: string | undefined, at: number): number | null {
  const date = said === undefined ? Number.NaN : Date.parse(said);
  return Number.isNaN(date) ? null : date + 500 - at;
}

interface Stack {
  readonly add: (
    // biome-ignore lint/suspicious/noExplicitAny: the SDK types its stack by service, and this middleware hands through what it gets.
    middleware: (next: (args: any) => Promise<any>) => (args: any) => Promise<any>,
    options: { readonly step: "deserialize"; readonly priority: "low"; readonly name: string },
  ) => void;
}

/** Sits beside the connection, so that refusals say the time too, and no wait for a turn counts as time on the way. */
export function addAnswerTime(
  client: { readonly middlewareStack: Stack },
  time: AnswerTime,
  machineNow: () => number,
): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const sentAt = performance.now();
      const result = await next(args);
      time.note(dateOf(result), machineNow(), performance.now() - sentAt);
      return result;
    },
    { step: "deserialize", priority: "low", name: "sandmeterAnswerTime" },
  );
}

const dateOf = ({ response }: { readonly response: unknown }): string | undefined =>
  (response as { headers?: Readonly<Record<string, string>> }).headers?.["date"];
