/** What is read of a row, whatever its format. */
export type BillField =
  | "account"
  | "startsAt"
  | "endsAt"
  | "category"
  | "usageType"
  | "quantity"
  | "otherQuantity"
  | "unit"
  | "usd"
  | "currency"
  | "region"
  | "service";

export interface BillFormat {
  readonly source: "cur2" | "focus";
  /** The value of `category` that says usage. */
  readonly usage: string;
  /** How the columns of the fields are called; of several, the first that there is. */
  readonly columns: { readonly [Field in BillField]?: readonly string[] };
  readonly needed: readonly BillField[];
}

const formats: readonly BillFormat[] = [
  {
    source: "cur2",
    usage: "Usage",
    columns: {
      account: ["line_item_usage_account_id"],
      startsAt: ["line_item_usage_start_date"],
      endsAt: ["line_item_usage_end_date"],
      category: ["line_item_line_item_type"],
      usageType: ["line_item_usage_type"],
      quantity: ["line_item_usage_amount"],
      unit: ["pricing_unit"],
      usd: ["line_item_unblended_cost"],
      currency: ["line_item_currency_code"],
      region: ["product_region_code", "product_region"],
      service: ["line_item_product_code"],
    },
    needed: ["account", "startsAt", "endsAt", "category", "usageType", "quantity", "usd"],
  },
  {
    source: "focus",
    usage: "Usage",
    columns: {
      account: ["SubAccountId"],
      startsAt: ["ChargePeriodStart"],
      endsAt: ["ChargePeriodEnd"],
      category: ["ChargeCategory"],
      usageType: ["x_UsageType"],
      quantity: ["ConsumedQuantity"],
      otherQuantity: ["PricingQuantity"],
      unit: ["ConsumedUnit"],
      usd: ["BilledCost"],
      currency: ["BillingCurrency"],
      region: ["RegionId", "Region"],
      service: ["x_ServiceCode", "ServiceName"],
    },
    needed: ["account", "startsAt", "endsAt", "category", "usageType", "quantity", "usd"],
  },
];

/** A format, and for each field the column that it is in. */
export interface FoundFormat {
  readonly format: BillFormat;
  readonly places: ReadonlyMap<BillField, { readonly index: number; readonly name: string }>;
}

/**
 * Knows a format by its columns, also where they are written as in the older Cost and Usage Report (`lineItem/UsageType`).
 * A text says what is wrong.
 */
export function formatOf(header: readonly string[]): FoundFormat | string {
  const byPlain = new Map(header.map((name, index) => [plain(name), { index, name }]));
  const found = formats.map((format): FoundFormat & { readonly missing: readonly string[] } => {
    const places = new Map(
      Object.entries(format.columns).flatMap(([field, names]) => {
        const place = names.map((name) => byPlain.get(plain(name))).find((it) => it !== undefined);
        return place === undefined ? [] : [[field as BillField, place] as const];
      }),
    );
    const missing = format.needed.filter((field) => !places.has(field));
    return { format, places, missing: missing.map((field) => format.columns[field]?.[0] ?? field) };
  });
  const whole = found.find(({ missing }) => missing.length === 0);
  if (whole !== undefined) return whole;
  const nearest = found.toSorted((a, b) => a.missing.length - b.missing.length)[0];
  if (nearest === undefined || nearest.missing.length === nearest.format.needed.length) {
    return "its columns are neither those of a CUR 2.0 export (line_item_usage_type …) nor those of FOCUS (ChargePeriodStart …)";
  }
  const names = { cur2: "a CUR 2.0 export", focus: "FOCUS as AWS exports it" } as const;
  return `it looks like ${names[nearest.format.source]} and lacks the columns ${nearest.missing.join(", ")}: export them too`;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
