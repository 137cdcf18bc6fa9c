import { billedHours } from "../fleet/billed-usage.ts";
import { plannedEnd } from "../fleet/life.ts";
import { type PriceRow, priceRows } from "../fleet/prices.ts";
import { chance, hashText } from "../fleet/random.ts";
import type { Place, World } from "../world.ts";
import { usageType } from "./usage-type.ts";

/** What an account is billed for one usage type in one hour. */
export interface BillRow {
  readonly hourAt: number;
  readonly account: string;
  readonly region: string;
  readonly service: string;
  readonly usageType: string;
  readonly operation: string;
  readonly recordType: "Usage" | "Credit";
  readonly unit: "vCPU-Hours" | "GB-Hours";
  /** In units of 10^-18, like all figures of a bill here: a cost is exact to far more digits than are printed. */
  readonly quantity: bigint;
  readonly usd: bigint;
  readonly microUsdRate: number;
}

export const billScale = 10n ** 18n;
const agentCoreService = "Amazon Bedrock AgentCore";
/** The bill runs about a day behind. */
const delayMs = 86_400_000;
const hourMs = 3_600_000;
/** Where AWS has published no price, the bill has one all the same. */
const unpublished = { microUsdPerVcpuHour: 98_450, microUsdPerGbHour: 10_395 };

/** Up to when usage is on the bill. */
const billedUntil = (now: number): number => Math.floor((now - delayMs) / hourMs) * hourMs;

/** The rows of all accounts with an hour in [from, to), as far as they are on the bill by `now`. */
export function billRows(world: World, from: number, to: number, now: number): readonly BillRow[] {
  const until = Math.min(to, billedUntil(now));
  return [...world.places()].flatMap((place) =>
    [...hoursOf(place, world, from, until).values()].flatMap((hour) => rowsOf(place, world, hour)),
  );
}

interface PlaceHour {
  readonly hourAt: number;
  vcpuNs: bigint;
  byteMs: bigint;
}

function hoursOf(place: Place, world: World, from: number, until: number): Map<number, PlaceHour> {
  const hours = new Map<number, PlaceHour>();
  for (const sessions of place.sessions.values()) {
    for (const session of sessions.values()) {
      // No session lives for a day, so whatever is on the bill has ended.
      if (session.bootAt >= until || plannedEnd(session).endedAt + hourMs < from) continue;
      for (const { hourAt, vcpuNs, byteMs } of billedHours(session, world)) {
        if (hourAt < from || hourAt >= until) continue;
        const hour = hours.get(hourAt) ?? { hourAt, vcpuNs: 0n, byteMs: 0n };
        hours.set(hourAt, hour);
        hour.vcpuNs += vcpuNs;
        hour.byteMs += byteMs;
      }
    }
  }
  return hours;
}

function rowsOf(place: Place, world: World, { hourAt, vcpuNs, byteMs }: PlaceHour): readonly BillRow[] {
  const { account, region } = place;
  const published = priceRows(region);
  const price: Pick<PriceRow, "microUsdPerVcpuHour" | "microUsdPerGbHour"> =
    published.length === 0
      ? unpublished
      : (published.find((row) => row.startAt <= hourAt && hourAt < row.endAt) ?? {
          microUsdPerVcpuHour: 0,
          microUsdPerGbHour: 0,
        });
  const drift = BigInt(world.billing.driftMillionths.get(region) ?? 1_000_000);
  const row = (
    tool: string,
    unit: BillRow["unit"],
    quantity: bigint,
    microUsdRate: number,
    recordType: BillRow["recordType"] = "Usage",
  ): BillRow => ({
    hourAt,
    account,
    region,
    service: agentCoreService,
    usageType: usageType(region, `${tool}:Consumption-based:${unit === "vCPU-Hours" ? "vCPU" : "Memory"}`),
    operation: `${tool}:Consumption-based`,
    recordType,
    unit,
    quantity: recordType === "Credit" ? 0n : quantity,
    usd: (quantity * BigInt(microUsdRate)) / (recordType === "Credit" ? -10_000_000n : 1_000_000n),
    microUsdRate,
  });
  const vcpuHours = (vcpuNs * 1_000_000_000n * drift) / 3_600_000_000n;
  const gbHours = (byteMs * billScale * drift) / (3_600_000n * 2n ** 30n * 1_000_000n);
  // Another tool of the same service, and a credit of a tenth for the first account: what a reader has to leave out.
  const runtime = BigInt(Math.floor(1e15 * chance(hashText(world.seed, `${account}/${region}`), hourAt / hourMs)));
  const { microUsdPerVcpuHour, microUsdPerGbHour } = price;
  return [
    row("CodeInterpreter", "vCPU-Hours", vcpuHours, microUsdPerVcpuHour),
    row("CodeInterpreter", "GB-Hours", gbHours, microUsdPerGbHour),
    row("Runtime", "vCPU-Hours", runtime, microUsdPerVcpuHour),
    row("Runtime", "GB-Hours", 2n * runtime, microUsdPerGbHour),
    ...(account === world.firstAccount
      ? [row("CodeInterpreter", "vCPU-Hours", vcpuHours, microUsdPerVcpuHour, "Credit")]
      : []),
  ];
}

/** With up to ten decimals and no zeros at the end, as Cost Explorer writes amounts; a half to the even one. */
export function amountText(scaled: bigint): string {
  const unit = 10n ** 8n;
  const size = scaled < 0n ? -scaled : scaled;
  const rest = 2n * (size % unit);
  const down = size / unit;
  const rounded = rest > unit || (rest === unit && down % 2n === 1n) ? down + 1n : down;
  const digits = rounded.toString().padStart(11, "0");
  const text = `${digits.slice(0, -10)}.${digits.slice(-10)}`.replace(/\.?0+$/, "");
  return scaled < 0n && text !== "0" ? `-${text}` : text;
}
