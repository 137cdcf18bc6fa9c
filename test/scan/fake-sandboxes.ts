import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import type { Interpreter } from "../../core/inventory/interpreter.ts";
import type { SessionDetail, SessionSummary } from "../../core/inventory/session.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { ScanInput, ScanPorts } from "../../core/jobs/scan/input.ts";
import type { ScanOutcome } from "../../core/jobs/scan/outcome.ts";
import { scan } from "../../core/jobs/scan/scan.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import type { Listing, Problem } from "../../core/kernel/problem.ts";
import type { Lookup, SandboxReader } from "../../core/ports/sandboxes.ts";
import type { QuotaLimit } from "../../core/quota/definition.ts";
import { defaultThresholds } from "../../core/quota/thresholds.ts";

export const now = instant(Date.UTC(2026, 10, 20, 12));
export const signal = new AbortController().signal;

const targetIn = (name: string): Target => ({ account: accountId("111122223333"), region: region(name) });

export const anInterpreter = (id: string, part: Partial<Interpreter> = {}): Interpreter => ({
  id: interpreterId(id),
  arn: `arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/${id}`,
  kind: id.startsWith("aws.") ? "SYSTEM" : "CUSTOM",
  name: id,
  status: "READY",
  createdAt: plusMs(now, -86_400_000),
  ...part,
});

export const aSession = (id: string, part: Partial<SessionSummary> = {}): SessionSummary => ({
  id: sessionId(id),
  name: `name of ${id}`,
  status: "READY",
  createdAt: plusMs(now, -60_000),
  lastUpdatedAt: null,
  ...part,
});

export const complete = <T>(items: readonly T[]): Listing<T> => ({ items, problems: [], complete: true });
export const broken = <T>(problem: Problem, items: readonly T[] = []): Listing<T> => ({
  items,
  problems: [problem],
  complete: false,
});
export const aProblem = (code: string, operation = "ListCodeInterpreterSessions"): Problem => ({
  code,
  message: `${operation} ${code}`,
  operation,
});

/** What the service holds in one Region; what is left out is empty, found, and read completely. */
export interface FakeRegion {
  readonly interpreters?: Listing<Interpreter>;
  readonly sessions?: Readonly<Record<string, Listing<SessionSummary>>>;
  readonly details?: Readonly<Record<string, Lookup<SessionDetail>>>;
  readonly limits?: Listing<QuotaLimit>;
}

export interface FakeService {
  readonly ports: ScanPorts;
  /** `operation region subject`, in the order of the calls. */
  readonly calls: string[];
}

export function fakeService(regions: Readonly<Record<string, FakeRegion>>): FakeService {
  const calls: string[] = [];
  const of = (target: Target): FakeRegion => regions[target.region] ?? {};
  const sandboxes = {
    listInterpreters: async (target) => of(target).interpreters ?? complete([anInterpreter("aws.codeinterpreter.v1")]),
    getInterpreter: async (target, id) => {
      calls.push(`getInterpreter ${target.region} ${id}`);
      return { kind: "found", value: { networkMode: "SANDBOX" } };
    },
    listReadySessions: async (target, id) => {
      calls.push(`listReadySessions ${target.region} ${id}`);
      return of(target).sessions?.[id] ?? complete([]);
    },
    getSession: async (target, _, id) => {
      calls.push(`getSession ${target.region} ${id}`);
      return (
        of(target).details?.[id] ?? {
          kind: "found",
          value: { status: "READY", name: null, createdAt: null, timeoutSeconds: 900 },
        }
      );
    },
  } satisfies SandboxReader;
  const readQuotaLimits: ScanPorts["readQuotaLimits"] = async (target) => of(target).limits ?? complete([]);
  return { ports: { sandboxes, readQuotaLimits, kind: codeInterpreterKind }, calls };
}

export const prices = priceBookOf(codeInterpreterPrices);

export const scanInput = (regions: readonly string[], part: Partial<ScanInput> = {}): ScanInput => ({
  targets: regions.map(targetIn),
  prices,
  gb: "binary",
  thresholds: defaultThresholds,
  limitOverrides: [],
  notEnabled: "fail",
  interpreter: null,
  lookUp: { sessions: true, interpreters: false },
  knownTimeout: () => null,
  notes: [],
  ...part,
});

export const scanFake = (
  regions: Readonly<Record<string, FakeRegion>>,
  part: Partial<ScanInput> = {},
): Promise<ScanOutcome> => scan(fakeService(regions).ports)(now, scanInput(Object.keys(regions), part), signal);
