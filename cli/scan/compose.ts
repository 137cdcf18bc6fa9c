import { type AwsClients, awsClients } from "../../adapters/aws/clients.ts";
import { codeInterpreterKind, quotaServiceCode } from "../../adapters/aws/code-interpreter-kind.ts";
import { awsQuotaLimits } from "../../adapters/aws/quota-limits.ts";
import { awsSandboxReader } from "../../adapters/aws/sandbox-reader.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import type { ScanInput, ScanPorts } from "../../core/jobs/scan/input.ts";
import type { Pricing } from "../../core/reporting/scan-totals.ts";
import type { AwsSettings } from "../config/aws-settings.ts";
import { systemClock } from "../system-clock.ts";
import { productVersion } from "../version.ts";
import type { ScanSubject } from "./subject.ts";

/** The clients of the command line, by its settings. */
export function clientsOf(settings: AwsSettings): AwsClients {
  const { profile, environmentRegion } = settings;
  const clients = awsClients({
    version: productVersion(),
    ...(profile === null ? {} : { profile }),
    requestsPerSecond: settings.requestsPerSecond,
    rateShare: settings.rateShare,
    machineNow: systemClock.now,
  });
  return environmentRegion === null ? clients : { ...clients, defaultRegion: async () => environmentRegion };
}

/** The scan job's ports on AWS. */
export const scanPortsOf = (clients: AwsClients, onProgress?: ScanPorts["onProgress"]): ScanPorts => ({
  sandboxes: awsSandboxReader(clients),
  readQuotaLimits: awsQuotaLimits(clients, quotaServiceCode),
  kind: codeInterpreterKind,
  ...(onProgress === undefined ? {} : { onProgress }),
});

export const pricingOf = ({ prices, gb }: Pick<AwsSettings, "prices" | "gb">): Pricing => ({
  prices,
  gb,
  size: codeInterpreterKind.size,
});

export const builtInPricing: Pricing = pricingOf({ prices: priceBookOf(codeInterpreterPrices), gb: "binary" });

/** The input of a pass that looks every session up and remembers none. */
export const scanInputOf = (settings: AwsSettings, subject: ScanSubject): ScanInput => ({
  targets: subject.targets,
  prices: settings.prices,
  gb: settings.gb,
  thresholds: settings.thresholds,
  limitOverrides: settings.limitOverrides,
  notEnabled: subject.notEnabled,
  interpreter: null,
  lookUp: { sessions: true, interpreters: false },
  knownTimeout: () => null,
  notes: subject.notes,
});
