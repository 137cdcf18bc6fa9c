/** What FOCUS 1.2 says of a column, written down from the specification and not from the code. */
export interface SpecColumn {
  readonly level: "mandatory" | "conditional" | "recommended";
  readonly type: "decimal" | "string" | "datetime" | "json";
  /** Whether a charge of usage may lack it: what the specification says of charges of the category `Usage` that correct nothing. */
  readonly nullInUsage: boolean;
  readonly allowed?: readonly string[];
}

const mandatory = (type: SpecColumn["type"], allowed?: readonly string[]): SpecColumn => ({
  level: "mandatory",
  type,
  nullInUsage: false,
  ...(allowed === undefined ? {} : { allowed }),
});
const nullable = (level: SpecColumn["level"], type: SpecColumn["type"], allowed?: readonly string[]): SpecColumn => ({
  level,
  type,
  nullInUsage: true,
  ...(allowed === undefined ? {} : { allowed }),
});
/** Conditional, and not null in a charge of usage of a session. */
const filled = (type: SpecColumn["type"], allowed?: readonly string[]): SpecColumn => ({
  ...mandatory(type, allowed),
  level: "conditional",
});
const ofCommitments = nullable("conditional", "string");

export const focusSpec: Readonly<Record<string, SpecColumn>> = {
  AvailabilityZone: nullable("recommended", "string"),
  BilledCost: mandatory("decimal"),
  BillingAccountId: mandatory("string"),
  BillingAccountName: nullable("mandatory", "string"),
  BillingAccountType: filled("string"),
  BillingCurrency: mandatory("string", ["USD"]),
  BillingPeriodEnd: mandatory("datetime"),
  BillingPeriodStart: mandatory("datetime"),
  CapacityReservationId: nullable("conditional", "string"),
  CapacityReservationStatus: nullable("conditional", "string"),
  ChargeCategory: mandatory("string", ["Usage", "Purchase", "Tax", "Credit", "Adjustment"]),
  ChargeClass: nullable("mandatory", "string", ["Correction"]),
  ChargeDescription: nullable("mandatory", "string"),
  ChargeFrequency: { ...mandatory("string", ["One-Time", "Recurring", "Usage-Based"]), level: "recommended" },
  ChargePeriodEnd: mandatory("datetime"),
  ChargePeriodStart: mandatory("datetime"),
  CommitmentDiscountCategory: ofCommitments,
  CommitmentDiscountId: ofCommitments,
  CommitmentDiscountName: ofCommitments,
  CommitmentDiscountQuantity: nullable("conditional", "decimal"),
  CommitmentDiscountStatus: ofCommitments,
  CommitmentDiscountType: ofCommitments,
  CommitmentDiscountUnit: ofCommitments,
  ConsumedQuantity: filled("decimal"),
  ConsumedUnit: filled("string", ["vCPU-Hours", "GB-Hours"]),
  ContractedCost: mandatory("decimal"),
  ContractedUnitPrice: filled("decimal"),
  EffectiveCost: mandatory("decimal"),
  InvoiceId: nullable("recommended", "string"),
  InvoiceIssuerName: mandatory("string"),
  ListCost: mandatory("decimal"),
  ListUnitPrice: filled("decimal"),
  PricingCategory: filled("string", ["Standard", "Dynamic", "Committed", "Other"]),
  PricingCurrency: filled("string", ["USD"]),
  PricingCurrencyContractedUnitPrice: nullable("conditional", "decimal"),
  PricingCurrencyEffectiveCost: filled("decimal"),
  PricingCurrencyListUnitPrice: nullable("conditional", "decimal"),
  PricingQuantity: mandatory("decimal"),
  PricingUnit: mandatory("string", ["vCPU-Hours", "GB-Hours"]),
  ProviderName: mandatory("string"),
  PublisherName: mandatory("string"),
  RegionId: filled("string"),
  RegionName: filled("string"),
  ResourceId: filled("string"),
  ResourceName: nullable("conditional", "string"),
  ResourceType: filled("string"),
  ServiceCategory: mandatory("string", ["AI and Machine Learning"]),
  ServiceName: mandatory("string"),
  ServiceSubcategory: { ...mandatory("string", ["Other (AI and Machine Learning)"]), level: "recommended" },
  SkuId: filled("string"),
  SkuMeter: filled("string"),
  SkuPriceDetails: nullable("conditional", "json"),
  SkuPriceId: filled("string"),
  SubAccountId: filled("string"),
  SubAccountName: filled("string"),
  SubAccountType: filled("string"),
  Tags: nullable("conditional", "json"),
};

const patterns: Readonly<Record<SpecColumn["type"], RegExp>> = {
  decimal: /^-?\d+(\.\d+)?$/,
  string: /[\s\S]/,
  datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  json: /^\{[\s\S]*\}$/,
};

/** What a row of text cells breaks of the specification; an empty cell is null. */
export function specProblems(row: Readonly<Record<string, string | null>>): readonly string[] {
  const missing = Object.keys(focusSpec).filter((name) => !(name in row));
  const foreign = Object.keys(row).filter((name) => !(name in focusSpec) && !/^x_[A-Z][A-Za-z]*$/.test(name));
  const wrong = Object.entries(focusSpec).flatMap(([name, { type, nullInUsage, allowed }]) => {
    const value = row[name] ?? null;
    if (value === null) return nullInUsage ? [] : [`${name} is null`];
    if (!patterns[type].test(value)) return [`${name} is no ${type}: ${value}`];
    if (type === "json") JSON.parse(value);
    return allowed === undefined || allowed.includes(value) ? [] : [`${name} is not one of the allowed: ${value}`];
  });
  return [...missing.map((name) => `${name} is missing`), ...foreign.map((name) => `${name} is no column`), ...wrong];
}
