import type { Instant } from "../kernel/instant.ts";

/**
 * The columns of FOCUS 1.2 in the order of the alphabet, all 57 of them, and then those of our own, which the specification
 * lets begin with `x_`. A mark of interrogation: may be null in these rows; what the specification itself allows may be more.
 * `money` is an integer of 10^-12. Those that are always null are of things that sandboxes do not have, and the specification wants
 * them there because AWS has them.
 */
export const focusColumns = {
  AvailabilityZone: "text?",
  BilledCost: "money",
  BillingAccountId: "text",
  BillingAccountName: "text",
  BillingAccountType: "text",
  BillingCurrency: "text",
  BillingPeriodEnd: "instant",
  BillingPeriodStart: "instant",
  CapacityReservationId: "text?",
  CapacityReservationStatus: "text?",
  ChargeCategory: "text",
  ChargeClass: "text?",
  ChargeDescription: "text",
  ChargeFrequency: "text",
  ChargePeriodEnd: "instant",
  ChargePeriodStart: "instant",
  CommitmentDiscountCategory: "text?",
  CommitmentDiscountId: "text?",
  CommitmentDiscountName: "text?",
  CommitmentDiscountQuantity: "money?",
  CommitmentDiscountStatus: "text?",
  CommitmentDiscountType: "text?",
  CommitmentDiscountUnit: "text?",
  ConsumedQuantity: "money",
  ConsumedUnit: "text",
  ContractedCost: "money",
  ContractedUnitPrice: "money",
  EffectiveCost: "money",
  InvoiceId: "text?",
  InvoiceIssuerName: "text",
  ListCost: "money",
  ListUnitPrice: "money",
  PricingCategory: "text",
  PricingCurrency: "text",
  PricingCurrencyContractedUnitPrice: "money",
  PricingCurrencyEffectiveCost: "money",
  PricingCurrencyListUnitPrice: "money",
  PricingQuantity: "money",
  PricingUnit: "text",
  ProviderName: "text",
  PublisherName: "text",
  RegionId: "text",
  RegionName: "text",
  ResourceId: "text",
  ResourceName: "text?",
  ResourceType: "text",
  ServiceCategory: "text",
  ServiceName: "text",
  ServiceSubcategory: "text",
  SkuId: "text",
  SkuMeter: "text",
  SkuPriceDetails: "text?",
  SkuPriceId: "text",
  SubAccountId: "text",
  SubAccountName: "text",
  SubAccountType: "text",
  Tags: "text",
  x_Approximate: "text?",
  x_AsOf: "instant",
  x_CostBasis: "text",
  x_EndSource: "text?",
  x_Final: "flag",
  x_IdleCost: "money?",
  x_Interpreter: "text",
  x_LoggedCost: "money?",
  x_PeakTaxCost: "money?",
  x_Rule: "text?",
  x_SessionEnd: "instant?",
  x_SessionStart: "instant?",
  x_Version: "count",
} as const;

type Columns = typeof focusColumns;
export type FocusColumn = keyof Columns;

interface Values {
  readonly money: bigint;
  readonly text: string;
  readonly instant: Instant;
  readonly flag: boolean;
  readonly count: number;
}
type ValueOf<Spec extends string> = Spec extends `${infer Kind extends keyof Values}?`
  ? Values[Kind] | null
  : Values[Spec & keyof Values];

/** One charge: what one session is charged for one meter in one hour of UTC. */
export type FocusRow = { readonly [Name in FocusColumn]: ValueOf<Columns[Name]> };

/** A session that has no row, or lacks some of its hours, because the cost of a row cannot be null. */
export const unpricedColumns = {
  SubAccountId: "text",
  RegionId: "text",
  ResourceId: "text",
  ResourceName: "text?",
  Tags: "text",
  x_Interpreter: "text",
  x_Reason: "text",
  x_SessionStart: "instant?",
  x_SessionEnd: "instant?",
  x_LowCost: "money?",
  x_HighCost: "money?",
} as const;

export type UnpricedRow = {
  readonly [Name in keyof typeof unpricedColumns]: ValueOf<(typeof unpricedColumns)[Name]>;
};
