/** What was done by then is told, where something was, instead of the interruption that the rest ended with. */
export async function unlessInterrupted<T>(
  running: Promise<T>,
  signal: AbortSignal,
  isBegun: () => boolean,
): Promise<T | "interrupted"> {
  try {
    return await running;
  } catch (error) {
    if (signal.aborted && isBegun()) return "interrupted";
    throw error;
  }
}
