/** 0 done; 1 failed; 2 bad input or usage; 3 done, and something is critical; 4 done in part; 130 interrupted, as shells count it. */
export const exitCode = { done: 0, failed: 1, usage: 2, critical: 3, partial: 4, interrupted: 130 } as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Where several apply: 2, then 1, then 3, then 4. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  const order: readonly ExitCode[] = [exitCode.usage, exitCode.failed, exitCode.critical, exitCode.partial];
  return order.find((code) => codes.includes(code)) ?? exitCode.done;
}
