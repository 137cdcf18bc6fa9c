import type { UsageLocation, UsageSource } from "../../ports/usage-source.ts";

/** One source of several: `locate` looks places up, and what is found is read by the source of its kind. */
export const routeUsage = (
  locate: UsageSource["locate"],
  readers: Readonly<Record<UsageLocation["kind"], UsageSource["read"]>>,
): UsageSource => ({
  locate,
  read: (request, onUsage, signal) => readers[request.location.kind](request, onUsage, signal),
});
