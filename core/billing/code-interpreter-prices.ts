import { region } from "../kernel/ids.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import type { PriceRow } from "./price-row.ts";

/** 2025-07-16T00:00:00Z: the free preview begins; nothing was metered before. */
export const previewStartedAt: Instant = instant(1_752_624_000_000);

/** 2025-10-07T00:00:00Z: general availability, with the listed rates. */
const ratesStartedAt: Instant = instant(1_759_795_200_000);

// AgentCore price page and Price List offer AmazonBedrockAgentCore, read 2026-09-26: one pair of rates for all
// commercial Regions, one of its own for GovCloud. Other Regions that have the built-in tools list no price.
const commercialRegions = [
  "us-east-1",
  "us-east-2",
  "us-west-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
];

function rowsOf(name: string, usdPerVcpuHour: string, usdPerGbHour: string): readonly PriceRow[] {
  const row = { region: region(name), rule: "2026-09" } as const;
  return [
    { ...row, startsAt: previewStartedAt, usdPerVcpuHour: "0", usdPerGbHour: "0" },
    { ...row, startsAt: ratesStartedAt, usdPerVcpuHour, usdPerGbHour },
  ];
}

/** The built-in rows of the price book for Code Interpreter. */
export const codeInterpreterPrices: readonly PriceRow[] = [
  ...commercialRegions.flatMap((name) => rowsOf(name, "0.0895", "0.00945")),
  ...rowsOf("us-gov-west-1", "0.1074", "0.01134"),
];
