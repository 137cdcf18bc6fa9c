import { addUsd, type Usd, usd } from "../kernel/money.ts";
import { type GbUnit, gigabyteOf } from "./gigabyte.ts";
import type { PricePeriod } from "./price-book.ts";

const nsPerHour = 3_600_000_000_000n;
const msPerHour = 3_600_000n;

/** `vcpuNs × vcpuRate / (3600 × 10^9) + byteMs × gbRate / (3600 × 1000 × GB)`, exact. */
export const usageCost = (vcpuNs: bigint, byteMs: bigint, period: PricePeriod, gb: GbUnit): Usd =>
  addUsd(vcpuCost(vcpuNs, period), memoryCost(byteMs, period, gb));

export const memoryCost = (byteMs: bigint, { gbHour }: PricePeriod, gb: GbUnit): Usd =>
  usd(byteMs * gbHour.numerator, gbHour.denominator * msPerHour * BigInt(gigabyteOf(gb).bytes));

export const vcpuCost = (vcpuNs: bigint, { vcpuHour }: PricePeriod): Usd =>
  usd(vcpuNs * vcpuHour.numerator, vcpuHour.denominator * nsPerHour);
