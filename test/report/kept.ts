import type { Target } from "../../core/inventory/target.ts";
import { rememberAccounts } from "../../core/jobs/accounts/memory.ts";
import type { TargetAccounts } from "../../core/jobs/accounts/outcome.ts";
import { writeSettleMemory } from "../../core/jobs/settle/memory.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { Documents } from "../../core/ports/documents.ts";

/** A pass over the accounts at `at` that read the one place of a target for good up to `until`. */
export async function keptAt(
  documents: Documents,
  target: Target,
  at: Instant,
  until: Instant,
  complete = true,
): Promise<void> {
  const revision = (await documents.read(`settled/${target.account}/${target.region}`))?.revision ?? 0;
  await writeSettleMemory(documents, target, { revision, goneSince: until, sharedUntil: until }, at);
  const source = { place: "/usage", finalUntil: until, complete } as TargetAccounts["sources"][number];
  const problems = complete ? [] : [{ code: "AccessDenied", message: "no" }];
  await rememberAccounts(documents, at, { target, status: complete ? "ok" : "partial", sources: [source], problems });
}
