import type { World } from "../world.ts";
import { type BillRow, billRows, billScale } from "./bill-rows.ts";

export const billFormats = ["focus", "cur2"] as const;
export type BillFormat = (typeof billFormats)[number];

/** A month's bill as a file of comma-separated values, in the columns of FOCUS 1.2 or of a CUR 2.0 export. */
export function billFile(world: World, month: string, format: BillFormat, now: number): string {
  const startAt = Date.parse(`${month}-01T00:00:00Z`);
  const date = new Date(startAt);
  const endAt = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  const rows = billRows(world, startAt, endAt, now).toSorted((a, b) => a.hourAt - b.hourAt);
  const write = format === "focus" ? focusColumns : curColumns;
  const lines = rows.map((row, index) => write(row, { payer: world.firstAccount, startAt, endAt, index }));
  const names = Object.keys(lines[0] ?? write(emptyRow, { payer: "", startAt, endAt, index: 0 }));
  return [names, ...lines.map((line) => names.map((name) => line[name] ?? ""))].map(csvLine).join("");
}

interface Bill {
  readonly payer: string;
  readonly startAt: number;
  readonly endAt: number;
  readonly index: number;
}

const hourMs = 3_600_000;

function focusColumns(row: BillRow, bill: Bill): Record<string, string> {
  const isUsage = row.recordType === "Usage";
  const cost = decimal(row.usd);
  const rate = decimal((BigInt(row.microUsdRate) * billScale) / 1_000_000n);
  return {
    AvailabilityZone: "",
    BilledCost: cost,
    BillingAccountId: bill.payer,
    BillingAccountName: `account ${bill.payer}`,
    BillingAccountType: "Payer",
    BillingCurrency: "USD",
    BillingPeriodEnd: iso(bill.endAt),
    BillingPeriodStart: iso(bill.startAt),
    ChargeCategory: isUsage ? "Usage" : "Credit",
    ChargeClass: "",
    ChargeDescription: `${row.usageType} in ${row.region}`,
    ChargeFrequency: isUsage ? "Usage-Based" : "One-Time",
    ChargePeriodEnd: iso(row.hourAt + hourMs),
    ChargePeriodStart: iso(row.hourAt),
    ConsumedQuantity: isUsage ? decimal(row.quantity) : "",
    ConsumedUnit: isUsage ? row.unit : "",
    ContractedCost: cost,
    ContractedUnitPrice: isUsage ? rate : "",
    EffectiveCost: cost,
    InvoiceIssuerName: "Amazon Web Services, Inc.",
    ListCost: isUsage ? cost : "0",
    ListUnitPrice: isUsage ? rate : "",
    PricingCategory: isUsage ? "Standard" : "",
    PricingQuantity: isUsage ? decimal(row.quantity) : "",
    PricingUnit: isUsage ? row.unit : "",
    ProviderName: "AWS",
    PublisherName: "Amazon Web Services, Inc.",
    RegionId: row.region,
    RegionName: row.region,
    ResourceId: "",
    ResourceName: "",
    ResourceType: "",
    ServiceCategory: "AI and Machine Learning",
    ServiceName: row.service,
    ServiceSubcategory: "Other (AI and Machine Learning)",
    SkuId: isUsage ? `${row.usageType}.SKU` : "",
    SkuPriceId: isUsage ? `${row.usageType}.SKU.USD` : "",
    SubAccountId: row.account,
    SubAccountName: `account ${row.account}`,
    SubAccountType: "Linked",
    Tags: "{}",
    x_Operation: row.operation,
    x_ServiceCode: "AmazonBedrockAgentCore",
    x_UsageType: row.usageType,
  };
}

function curColumns(row: BillRow, bill: Bill): Record<string, string> {
  const rate = decimal((BigInt(row.microUsdRate) * billScale) / 1_000_000n);
  return {
    bill_bill_type: "Anniversary",
    bill_billing_entity: "AWS",
    bill_billing_period_end_date: sqlTime(bill.endAt),
    bill_billing_period_start_date: sqlTime(bill.startAt),
    bill_payer_account_id: bill.payer,
    identity_line_item_id: `line${bill.index}`,
    identity_time_interval: `${iso(row.hourAt)}/${iso(row.hourAt + hourMs)}`,
    line_item_currency_code: "USD",
    line_item_line_item_description: `${row.usageType} in ${row.region}`,
    line_item_line_item_type: row.recordType,
    line_item_operation: row.operation,
    line_item_product_code: "AmazonBedrockAgentCore",
    line_item_resource_id: "",
    line_item_unblended_cost: decimal(row.usd),
    line_item_unblended_rate: row.recordType === "Usage" ? rate : "",
    line_item_usage_account_id: row.account,
    line_item_usage_amount: decimal(row.quantity),
    line_item_usage_end_date: sqlTime(row.hourAt + hourMs),
    line_item_usage_start_date: sqlTime(row.hourAt),
    line_item_usage_type: row.usageType,
    pricing_unit: row.unit,
    product_region_code: row.region,
    product_servicecode: "AmazonBedrockAgentCore",
  };
}

/** All the digits there are: a file, unlike Cost Explorer, does not round to ten. */
function decimal(scaled: bigint): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(19, "0");
  const text = `${digits.slice(0, -18)}.${digits.slice(-18)}`.replace(/\.?0+$/, "");
  return scaled < 0n ? `-${text}` : text;
}

const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const sqlTime = (at: number): string => new Date(at).toISOString().slice(0, 23).replace("T", " ");

const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\n`;

/** For the header of a month without a row. */
const emptyRow: BillRow = {
  hourAt: 0,
  account: "",
  region: "",
  service: "",
  usageType: "",
  operation: "",
  recordType: "Usage",
  unit: "GB-Hours",
  quantity: 0n,
  usd: 0n,
  microUsdRate: 0,
};
