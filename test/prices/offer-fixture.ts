export interface OfferItem {
  readonly sku: string;
  readonly usage: string;
  readonly region?: string;
  readonly date?: string;
  readonly usd?: string;
  readonly unit?: string;
  readonly currency?: string;
  /** Lower and upper end of each tier, with its price. */
  readonly tiers?: readonly (readonly [from: string, until: string, usd: string])[];
  readonly term?: "OnDemand" | "Reserved";
}

const head = {
  offerCode: "AmazonBedrockAgentCore",
  version: "20261101000000",
  publicationDate: "2026-11-01T00:00:00Z",
};

const filled = (item: OfferItem) => ({
  region: "us-east-1",
  date: "2026-11-01T00:00:00Z",
  usd: "0.0895000000",
  unit: item.usage.endsWith("vCPU") ? "vCPU-Hours" : "GB-Hours",
  currency: "USD",
  term: "OnDemand" as const,
  ...item,
  tiers: item.tiers ?? [["0", "Inf", item.usd ?? "0.0895000000"] as const],
});

/** An offer file as the Price List Bulk API gives it in JSON. */
export function jsonOffer(items: readonly OfferItem[], offerCode = head.offerCode): string {
  const all = items.map(filled);
  const terms = (kind: string): object =>
    Object.fromEntries(all.filter((item) => item.term === kind).map((item) => [item.sku, termOf(item)]));
  return JSON.stringify(
    {
      formatVersion: "v1.0",
      disclaimer: 'This pricing list is for informational purposes only, "as is".',
      ...head,
      offerCode,
      products: Object.fromEntries(all.map((item) => [item.sku, productOf(item)])),
      terms: { OnDemand: terms("OnDemand"), Reserved: terms("Reserved") },
      attributesList: {},
    },
    null,
    2,
  );
}

const productOf = (item: ReturnType<typeof filled>): object => ({
  sku: item.sku,
  productFamily: "Consumption-based",
  attributes: {
    servicecode: head.offerCode,
    location: "US East (N. Virginia)",
    locationType: "AWS Region",
    usagetype: item.usage,
    operation: "",
    ...(item.region === "" ? {} : { regionCode: item.region }),
    servicename: "Amazon Bedrock AgentCore",
  },
});

function termOf(item: ReturnType<typeof filled>): object {
  const code = `${item.sku}.JRTCKXETXF`;
  const dimensions = item.tiers.map(([beginRange, endRange, usd], index) => ({
    rateCode: `${code}.${index}`,
    description: `$${usd} per ${item.unit}`,
    beginRange,
    endRange,
    unit: item.unit,
    pricePerUnit: { [item.currency]: usd },
    appliesTo: [],
  }));
  const priceDimensions = Object.fromEntries(dimensions.map((dimension) => [dimension.rateCode, dimension]));
  return {
    [code]: {
      offerTermCode: "JRTCKXETXF",
      sku: item.sku,
      effectiveDate: item.date,
      priceDimensions,
      termAttributes: {},
    },
  };
}

/** The same offer as CSV, whose dates have no time of day. */
export function csvOffer(items: readonly OfferItem[]): string {
  const columns =
    "SKU,OfferTermCode,RateCode,TermType,PriceDescription,EffectiveDate,StartingRange,EndingRange,Unit,PricePerUnit,Currency,Product Family,serviceCode,Location,Location Type,usageType,operation,Region Code,serviceName";
  const lines = items
    .map(filled)
    .flatMap((item) =>
      item.tiers.map(([from, until, usd], index) =>
        [
          item.sku,
          "JRTCKXETXF",
          `${item.sku}.JRTCKXETXF.${index}`,
          item.term,
          `$${usd} per ${item.unit}, "AgentCore"`,
          item.date.slice(0, 10),
          from,
          until,
          item.unit,
          usd,
          item.currency,
          "Consumption-based",
          head.offerCode,
          "US East (N. Virginia)",
          "AWS Region",
          item.usage,
          "",
          item.region,
          "Amazon Bedrock AgentCore",
        ]
          .map((field) => `"${field.replaceAll('"', '""')}"`)
          .join(","),
      ),
    );
  return [
    '"FormatVersion","v1.0"',
    '"Disclaimer","This pricing list is for informational purposes only, ""as is""."',
    `"Publication Date","${head.publicationDate}"`,
    `"Version","${head.version}"`,
    `"OfferCode","${head.offerCode}"`,
    columns
      .split(",")
      .map((name) => `"${name}"`)
      .join(","),
    ...lines,
    "",
  ].join("\r\n");
}

/** Both prices of Code Interpreter in one Region. */
export const pair = (
  prefix: string,
  region: string,
  vcpu: string,
  memory: string,
  date = "2026-11-01T00:00:00Z",
): readonly OfferItem[] => [
  { sku: `V${prefix}`, usage: `${prefix}-CodeInterpreter:Consumption-based:vCPU`, region, date, usd: vcpu },
  { sku: `M${prefix}`, usage: `${prefix}-CodeInterpreter:Consumption-based:Memory`, region, date, usd: memory },
];
