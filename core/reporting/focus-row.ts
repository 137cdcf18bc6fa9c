import type { Labels } from "../attribution/attribution.ts";
import { type GbUnit, gbUnitOf, gigabyteOf } from "../billing/gigabyte.ts";
import { startOfMonth } from "../kernel/calendar.ts";
import { plusMs } from "../kernel/instant.ts";
import { roundHalfEven } from "../kernel/money.ts";
import type { HistoryRow } from "../ports/history-row.ts";
import type { FocusRow } from "./focus-columns.ts";
import { regionName } from "./focus-region-name.ts";

/** What a row is made of: that of a charge with a meter and a price. */
export type PricedRow = Pick<
  HistoryRow,
  | "ChargePeriodStart"
  | "SubAccountId"
  | "RegionId"
  | "ResourceId"
  | "ResourceName"
  | "x_Interpreter"
  | "x_CostBasis"
  | "x_Approximate"
  | "x_Version"
  | "x_BillingRule"
  | "x_IdleUsage"
  | "x_LoggedUsage"
  | "x_PeakTaxUsage"
  | "x_CreatedAt"
  | "x_EndedAt"
  | "x_EndSource"
  | "x_AsOf"
  | "x_Final"
  | "x_BytesPerGb"
> & {
  readonly SkuMeter: NonNullable<HistoryRow["SkuMeter"]>;
  readonly BilledCost: bigint;
  readonly ConsumedQuantity: bigint;
  readonly ListUnitPrice: bigint;
};

export interface FocusSettings {
  /** `Code Interpreter`. */
  readonly kindName: string;
  /** The account that AWS bills; null: each account pays for itself. */
  readonly billingAccount: string | null;
  /** Of rows that do not say. */
  readonly gb: GbUnit;
}

const hourMs = 3_600_000;
const nsPerHour = 3_600_000_000_000n;
const units = { vCPU: "vCPU-Hours", Memory: "GB-Hours" } as const;

/** A charge as FOCUS 1.2 lays it out. No price but the book's is known, so list, contracted and effective cost are the same. */
export function focusRowOf(charge: PricedRow, labels: Labels, settings: FocusSettings): FocusRow {
  const { BilledCost: cost, ListUnitPrice: price, ConsumedQuantity: quantity, SkuMeter: meter } = charge;
  const payer = settings.billingAccount ?? charge.SubAccountId;
  const unit = units[meter];
  const skuId = `${settings.kindName.replaceAll(" ", "")}:Consumption-based:${meter}`;
  const costOf = (usage: bigint | null): bigint | null =>
    usage === null ? null : roundHalfEven(usage * price, perUnit(meter, gbUnitOf(charge.x_BytesPerGb) ?? settings.gb));
  return {
    ...constants,
    BilledCost: cost,
    BillingAccountId: payer,
    BillingAccountName: payer,
    BillingPeriodEnd: startOfMonth(charge.ChargePeriodStart, 1),
    BillingPeriodStart: startOfMonth(charge.ChargePeriodStart),
    ChargeDescription: `${settings.kindName} ${meter} in ${charge.RegionId}`,
    ChargePeriodEnd: plusMs(charge.ChargePeriodStart, hourMs),
    ChargePeriodStart: charge.ChargePeriodStart,
    ConsumedQuantity: quantity,
    ConsumedUnit: unit,
    ContractedCost: cost,
    ContractedUnitPrice: price,
    EffectiveCost: cost,
    ListCost: cost,
    ListUnitPrice: price,
    PricingCurrencyContractedUnitPrice: price,
    PricingCurrencyEffectiveCost: cost,
    PricingCurrencyListUnitPrice: price,
    PricingQuantity: quantity,
    PricingUnit: unit,
    RegionId: charge.RegionId,
    RegionName: regionName(charge.RegionId),
    ResourceId: charge.ResourceId,
    ResourceName: charge.ResourceName,
    ResourceType: `${settings.kindName} Session`,
    SkuId: skuId,
    SkuMeter: meter,
    SkuPriceId: `${charge.RegionId}/${skuId}`,
    SubAccountId: charge.SubAccountId,
    SubAccountName: charge.SubAccountId,
    Tags: JSON.stringify(labels),
    x_Approximate: charge.x_Approximate,
    x_AsOf: charge.x_AsOf,
    x_CostBasis: charge.x_CostBasis,
    x_EndSource: charge.x_EndSource,
    x_Final: charge.x_Final,
    x_IdleCost: costOf(charge.x_IdleUsage),
    x_Interpreter: charge.x_Interpreter,
    x_LoggedCost: costOf(charge.x_LoggedUsage),
    x_PeakTaxCost: costOf(charge.x_PeakTaxUsage),
    x_Rule: charge.x_BillingRule,
    x_SessionEnd: charge.x_EndedAt,
    x_SessionStart: charge.x_CreatedAt,
    x_Version: charge.x_Version,
  };
}

/** Usage of one unit of quantity: vCPU-nanoseconds of a vCPU-hour, byte-milliseconds of a GB-hour. */
export const perUnit = (meter: PricedRow["SkuMeter"], gb: GbUnit): bigint =>
  meter === "vCPU" ? nsPerHour : BigInt(hourMs) * BigInt(gigabyteOf(gb).bytes);

const constants = {
  AvailabilityZone: null,
  BillingAccountType: "AWS account",
  BillingCurrency: "USD",
  CapacityReservationId: null,
  CapacityReservationStatus: null,
  ChargeCategory: "Usage",
  // Rows are charges as they stand, never differences: what is corrected replaces what was there.
  ChargeClass: null,
  ChargeFrequency: "Usage-Based",
  CommitmentDiscountCategory: null,
  CommitmentDiscountId: null,
  CommitmentDiscountName: null,
  CommitmentDiscountQuantity: null,
  CommitmentDiscountStatus: null,
  CommitmentDiscountType: null,
  CommitmentDiscountUnit: null,
  InvoiceId: null,
  InvoiceIssuerName: "Amazon Web Services, Inc.",
  PricingCategory: "Standard",
  PricingCurrency: "USD",
  ProviderName: "AWS",
  PublisherName: "Amazon Web Services, Inc.",
  ServiceCategory: "AI and Machine Learning",
  ServiceName: "Amazon Bedrock AgentCore",
  ServiceSubcategory: "Other (AI and Machine Learning)",
  SkuPriceDetails: null,
  SubAccountType: "AWS account",
} as const;
