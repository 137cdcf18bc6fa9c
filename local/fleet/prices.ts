/** Rates in millionths of a dollar per hour, in force from an instant on. */
export interface PriceRow {
  readonly startAt: number;
  /** The next row's start. */
  readonly endAt: number;
  readonly microUsdPerVcpuHour: number;
  readonly microUsdPerGbHour: number;
}

const previewAt = Date.UTC(2025, 6, 16);
const generalAvailabilityAt = Date.UTC(2025, 9, 7);

const commercialRegions = new Set([
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
]);

/** The Region's published prices by start (read 2026-09); none where AWS has published none. The preview was free. */
export function priceRows(region: string): readonly PriceRow[] {
  if (commercialRegions.has(region)) return commercialRows;
  return region === "us-gov-west-1" ? govCloudRows : [];
}

const rows = (microUsdPerVcpuHour: number, microUsdPerGbHour: number): readonly PriceRow[] => [
  { startAt: previewAt, endAt: generalAvailabilityAt, microUsdPerVcpuHour: 0, microUsdPerGbHour: 0 },
  { startAt: generalAvailabilityAt, endAt: Number.POSITIVE_INFINITY, microUsdPerVcpuHour, microUsdPerGbHour },
];

const commercialRows = rows(89_500, 9450);
const govCloudRows = rows(107_400, 11_340);
