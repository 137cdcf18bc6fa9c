import { cleanupOf } from "../../adapters/config/cleanup-of.ts";
import { boundsOf } from "../../adapters/config/policy-bounds-schema.ts";
import type { Policy, PolicySet } from "../../core/cleanup/policy/policy.ts";
import { durationText } from "../../core/kernel/duration-text.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { UsageError } from "../cli-error.ts";
import { loadConfig } from "../config/load-config.ts";
import { exitCode } from "../exit-code.ts";
import { renderFitting } from "../render/fit-columns.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { painter } from "../render/style.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { RunVerb } from "../verb.ts";
import { loadPolicy } from "./load-policy.ts";
import { matchText, type PolicyReport, policyReport, protectionText } from "./policy-report.ts";

export const runPolicy: RunVerb = async ({ arguments: words, options }, terminal) => {
  const [what, file, ...rest] = words;
  const problems = [
    ...(what === "check" ? [] : [unknownHalf(what)]),
    ...rest.map((word) => `unexpected argument "${safeText(word)}": \`policy check\` takes one file`),
  ];
  if (problems.length > 0) throw new UsageError(problems);

  const config = await loadConfig(terminal.cwd, typeof options["config"] === "string" ? options["config"] : undefined);
  const terms = cleanupOf(config.cleanup);
  const { set, runaway } = await loadPolicy(terminal.cwd, file ?? config.cleanup?.policy, terms);
  const now = systemClock.now();
  const report = policyReport(set, runaway, boundsOf(terms.bounds), now);
  terminal.out(options["json"] === true ? `${safeJson(report)}\n` : policyText(set, report, now, terminal));
  return exitCode.done;
};

const unknownHalf = (what: string | undefined): string =>
  what === undefined
    ? "say what to do: `sandmeter policy check`"
    : `unknown \`policy ${safeText(what)}\`: it is \`policy check\``;

function policyText(set: PolicySet, report: PolicyReport, now: Instant, terminal: Terminal): string {
  const paint = painter(terminal.color);
  const width = terminal.color ? terminal.columns : null;
  const policies = renderFitting(
    [
      { title: "POLICY" },
      { title: "MATCHES", yields: 2, under: true },
      { title: "MODE" },
      { title: "IDLE AFTER", align: "right" },
      { title: "MIN AGE", align: "right" },
      { title: "MAX AGE", align: "right" },
      { title: "EVIDENCE" },
      { title: "A PASS", align: "right" },
      { title: "BREAKER", yields: 1, under: true },
    ],
    set.policies.map((policy) =>
      policyCells(policy).map((text, index) => ({
        text,
        style: index === 2 && policy.mode === "enforce" ? ("yellow" as const) : ("plain" as const),
      })),
    ),
    width,
    paint,
  );
  const protections = renderFitting(
    [{ title: "PROTECTED", wraps: true, shrinkTo: 40 }, { title: "LASTS" }, { title: "WHY", yields: 1, under: true }],
    set.protections.map((item) => [
      { text: matchText(item.match) },
      { text: protectionText(item, now) },
      { text: item.why },
    ]),
    width,
    paint,
  );
  const warnings = report.warnings.map(({ message }) => `${paint("warning", "yellow")}: ${safeText(message)}\n`);
  return [
    ...(set.policies.length === 0 ? ["No policies: nothing is decided on, and nothing stopped.\n"] : [policies]),
    ...(set.protections.length === 0 ? [] : [`\n${protections}`]),
    `\n${summary(set)}`,
    ...warnings,
  ].join("");
}

const policyCells = (policy: Policy): readonly string[] => [
  policy.id,
  matchText(policy.match),
  policy.mode,
  durationText(policy.idleAfterMs),
  durationText(policy.minAgeMs),
  policy.maxAgeMs === null ? "-" : `${durationText(policy.maxAgeMs)}${policy.maxAgeStopsBusy ? ", busy too" : ""}`,
  policy.evidence,
  String(policy.maxStopsPerPass),
  `${policy.breaker.maxStops} or ${policy.breaker.maxStopsPct} % in ${durationText(policy.breaker.windowMs)}`,
];

function summary({ policies, invocationStamp }: PolicySet): string {
  if (policies.length === 0) return `Calls are stamped: ${invocationStamp}.\n`;
  const enforced = policies.filter(({ mode }) => mode === "enforce").length;
  const count = `${policies.length} ${policies.length === 1 ? "policy is" : "policies are"} in order`;
  const effect =
    enforced === 0 ? "none of them stops anything" : `${enforced} may stop sessions, once clean-up is armed`;
  return `${count}: ${effect}. The most specific one that matches a session is its policy. Calls are stamped: ${invocationStamp}.\n`;
}
