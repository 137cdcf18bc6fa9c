import { AwsError } from "../../adapters/aws/aws-error.ts";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { type Identity, readIdentity } from "../../adapters/aws/identity.ts";
import type { Target } from "../../core/inventory/target.ts";
import { region } from "../../core/kernel/ids.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { CliError, UsageError } from "../cli-error.ts";
import type { AwsSettings } from "../config/aws-settings.ts";
import { safeText } from "../render/safe-text.ts";

/** What a pass is about: whose sandboxes, in which Regions, and at what time. */
export interface ScanSubject {
  readonly identity: Identity;
  readonly targets: readonly Target[];
  readonly notEnabled: "skip" | "fail";
  /** By the service's clock where this machine's is off. */
  readonly now: Instant;
  readonly notes: readonly Problem[];
}

// What is seen as one clock: the answer's date has whole seconds, and a request takes a moment.
const toleratedSkewMs = 2000;

/** Asks who the caller is and settles the Regions. Throws `CliError` for what the user should read. */
export async function readSubject(
  clients: AwsClients,
  settings: Pick<AwsSettings, "regions" | "profile">,
  clock: Pick<Clock, "now">,
  signal: AbortSignal,
): Promise<ScanSubject> {
  const own = await clients.defaultRegion();
  const asked = settings.regions ?? (own === null ? null : [own]);
  if (asked === null) {
    const profile =
      settings.profile === null ? "" : ` (the profile "${safeText(settings.profile)}" has none, or does not exist)`;
    throw new UsageError([
      `no Region${profile}: name some with --regions (or \`all\`), or set AWS_REGION or a region in the profile`,
    ]);
  }
  const places = [
    ...(own === null ? [] : [own]),
    ...(asked === "all" ? [] : asked),
    ...(own === null ? ["us-east-1"] : []),
  ];
  const identity = await identityOf(clients, [...new Set(places)], clock, signal);
  const regions = asked === "all" ? regionsOf(identity.partition) : asked;
  const ahead = identity.clockAheadMs ?? 0;
  const skewed = Math.abs(ahead) > toleratedSkewMs;
  return {
    identity,
    targets: regions.map((name) => ({ account: identity.account, region: region(name) })),
    notEnabled: asked === "all" ? "skip" : "fail",
    // The service stamps its sessions by its own clock, so ages and costs go by that one too.
    now: skewed ? plusMs(clock.now(), ahead) : clock.now(),
    notes: skewed ? [skewNote(ahead)] : [],
  };
}

async function identityOf(
  clients: AwsClients,
  regions: readonly string[],
  clock: Pick<Clock, "now">,
  signal: AbortSignal,
): Promise<Identity> {
  try {
    return await readIdentity(clients, regions, clock.now, signal);
  } catch (error) {
    if (error instanceof AwsError) throw new CliError(safeText(error.message), undefined, { cause: error });
    throw error;
  }
}

function regionsOf(partition: string): readonly string[] {
  const regions = codeInterpreterKind.regions[partition];
  if (regions !== undefined) return regions;
  throw new CliError(
    `no Region of the partition ${partition} is known to have ${codeInterpreterKind.name}: name Regions with --regions`,
  );
}

const skewNote = (aheadMs: number): Problem => ({
  code: "ClockSkew",
  message: `This machine's clock is ${Math.round(Math.abs(aheadMs) / 1000)} seconds ${aheadMs > 0 ? "behind" : "ahead of"} the service's; times here are the service's. Set the machine's clock.`,
});
