import type { AwsClients } from "../../adapters/aws/clients.ts";
import { patternOf } from "../../adapters/config/policy-match-schema.ts";
import type { Plan } from "../../core/cleanup/plan/plan.ts";
import { protectionOf } from "../../core/cleanup/policy/protections.ts";
import type { EntryOutcome } from "../../core/cleanup/stop/stop-outcome.ts";
import type { SwitchStanding } from "../../core/cleanup/stop/switch-standing.ts";
import { targetKey } from "../../core/inventory/target.ts";
import { judgeEntries } from "../../core/jobs/sweep/stop/apply-plan.ts";
import { applyStoredPlan } from "../../core/jobs/sweep/stop/apply-stored-plan.ts";
import { sessionOfEntry } from "../../core/jobs/sweep/stop/session-of-entry.ts";
import { unlessInterrupted } from "../../core/jobs/sweep/stop/unless-interrupted.ts";
import { storedPlan } from "../../core/jobs/sweep/stored/stored-plans.ts";
import { readMadeProtections } from "../../core/jobs/sweep/stored/stored-protections.ts";
import { rememberRules } from "../../core/jobs/sweep/stored/stored-rules.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import { type Came, type StopReport, stopReport } from "../../core/reporting/stop-report.ts";
import type { Stores } from "../accounts/stores.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { pricingOf } from "../scan/compose.ts";
import { readSubject, type ScanSubject } from "../scan/subject.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb, VerbInput } from "../verb.ts";
import { type Publishing, readPublishing } from "../watch/watch-options.ts";
import { type CleanupInput, readCleanupInput } from "./cleanup-input.ts";
import { sha256, standingIn, stopperOf, sweepInputOf, sweepPortsOf, withRenamedIn } from "./compose.ts";
import { afterOthers } from "./foreseen.ts";
import { interruptedProblems } from "./interrupted.ts";
import { readPlan } from "./read-plan.ts";
import { sameFlags, shellWord } from "./same-flags.ts";
import { stopProgress } from "./stop-progress.ts";
import { stopExitOf, stopText } from "./stop-text.ts";
import { scanForCleanup, sweptTargetOf, timeoutsOf } from "./swept-targets.ts";
import { barredPolicyTexts, notArmedText } from "./switch-text.ts";
import { stopTeller } from "./tell-stops.ts";
import { unreadProblems } from "./unread-targets.ts";
import { withCleanup } from "./with-cleanup.ts";

export const checkApply: CheckVerb = async (input, terminal) => (await readApplyInput(input, terminal)).problems;

async function readApplyInput({ arguments: words, options }: VerbInput, terminal: Terminal) {
  const { problems, ...input } = await readCleanupInput(options, terminal, "needed");
  const [named, ...rest] = words;
  if (named === undefined) problems.push("say which plan: a file of `sandmeter plan --out`, or a plan's id");
  problems.push(...rest.map((word) => `unexpected argument "${safeText(word)}": \`apply\` takes one plan`));
  const publishing = readPublishing(options, problems);
  return { input, named: named ?? "", publishing, problems };
}

export const runApply: RunVerb = async (verbInput, terminal) => {
  const { input, named, publishing, problems } = await readApplyInput(verbInput, terminal);
  if (problems.length > 0) throw new UsageError(problems);
  const { options } = verbInput;
  const acts = options["yes"] === true;
  const made = await withCleanup(input, terminal.signal, async (clients, stores) => {
    const plan = await readPlan(terminal.cwd, named, stores.documents);
    const standing = withRenamedIn(await standingIn(clients, stores, input.cleanup, terminal.signal), input.policies);
    const regions = [...new Set(plan.entries.map(({ key }) => key.region))];
    const places = { ...input.settings, regions: regions.length === 0 ? input.settings.regions : regions };
    const subject = await readSubject(clients, places, systemClock, terminal.signal);
    return acts
      ? apply(clients, stores, { ...input, publishing }, plan, standing, subject, terminal)
      : showPlan(stores, input, plan, standing, subject.now);
  });
  const report = withPolicyFile(made, input.policyFile);
  const next =
    acts || !report.outcomes.some(({ outcome }) => outcome === "would-stop") ? "" : whatNext(report, named, options);
  terminal.out(options["json"] === true ? `${safeJson(report)}\n` : stopText(report, next, terminal));
  return stopExitOf(report);
};

/** What can be told without looking at any session again. */
async function showPlan(
  stores: Stores,
  { policies, settings, cleanup }: CleanupInput,
  plan: Plan,
  standing: SwitchStanding,
  now: Instant,
): Promise<StopReport> {
  const { documents } = stores;
  const stored = await storedPlan(documents, plan.id);
  if (stored === null) throw new CliError(unknownPlan(plan.id), exitCode.usage);
  const made = await readMadeProtections(documents, patternOf);
  const protections = [...policies.protections, ...made];
  const judged = judgeEntries(
    { sha256 },
    { policies, barred: standing.policies, liveIn: () => null },
    plan,
    stored,
    now,
  );
  const foreseen = judged.map((it): Came => {
    if (it.kind === "refused") return it;
    const { entry } = it;
    const isProtected = protectionOf(protections, sessionOfEntry(entry), now) !== null;
    return isProtected
      ? { kind: "refused", entry, reason: "protected", message: "It is protected." }
      : { kind: "would-stop", entry };
  });
  const outcomes = await afterOthers(stores, cleanup.cap, foreseen, "unlisted", now);
  return stopReport(
    { acted: false, plan: plan.id, override: null, problems: [], standing, outcomes, finished: [] },
    pricingOf(settings),
    now,
  );
}

async function apply(
  clients: AwsClients,
  stores: Stores,
  input: CleanupInput & { readonly publishing: Publishing },
  plan: Plan,
  standing: SwitchStanding,
  subject: ScanSubject,
  terminal: Terminal,
): Promise<StopReport> {
  const { signal } = terminal;
  const { settings, cleanup } = input;
  const known = timeoutsOf(plan.entries);
  const scanned = await scanForCleanup(clients, settings, subject, { known, look: false }, terminal);
  const stopper = stopperOf(clients, settings, cleanup);
  const progress = stopProgress(terminal, plan.entries.length);
  try {
    const sweepInput = sweepInputOf(input, true, standing.policies);
    await rememberRules(stores.documents, sweepInput, subject.now);
    const ports = sweepPortsOf(clients, stores, input, stopper.stopSession);
    const outcomes: EntryOutcome[] = [];
    const onOutcome = (outcome: EntryOutcome): void => {
      outcomes.push(outcome);
      progress.came(outcome);
    };
    const { publishing } = input;
    const telling = { publishing, standing, targets: subject.targets, override: null };
    const teller = await stopTeller(clients, ports, telling, terminal);
    const run = applyStoredPlan({ ...ports, onOutcome, onPlanned: teller.before });
    const finished: StopRecord[] = [];
    const problems: StopReport["problems"][number][] = [
      ...foreignProblems(plan, subject.identity.account),
      ...unreadProblems(scanned.targets, null),
    ];
    for (const target of scanned.targets) {
      // Where nothing can be listed, nobody knows how many sessions there are, and the breaker refuses all.
      const listed = sweptTargetOf(target) ?? {
        target: target.target,
        interpreters: [],
        sessions: [],
        readySessions: null,
      };
      const found = { ...listed, listedAt: subject.now };
      const done = await unlessInterrupted(run(sweepInput, found, plan, signal), signal, () => outcomes.length > 0);
      if (done === "interrupted") {
        problems.push(...interruptedProblems(outcomes.length, plan.entries.length));
        break;
      }
      finished.push(...done.finished);
      problems.push(...done.problems.map((problem) => ({ ...problem, region: target.target.region })));
    }
    await teller.after(subject.targets, outcomes, signal);
    const place = new Map(plan.entries.map(({ key }, index) => [JSON.stringify([targetKey(key), key.session]), index]));
    const placeOf = ({ entry: { key } }: EntryOutcome): number =>
      place.get(JSON.stringify([targetKey(key), key.session])) ?? 0;
    const sorted = outcomes.toSorted((a, b) => placeOf(a) - placeOf(b));
    return stopReport(
      { acted: true, plan: plan.id, override: null, problems, standing, outcomes: sorted, finished },
      pricingOf(settings),
      subject.now,
    );
  } finally {
    progress.clear();
    stopper.close();
  }
}

/** A plan made by another policy file is the most frequent reason for an outdated one. */
const withPolicyFile = (report: StopReport, file: string | null): StopReport => ({
  ...report,
  outcomes: report.outcomes.map((it) =>
    it.refusal === "outdated" && file !== null
      ? { ...it, message: `${it.message ?? ""} The policies are those of ${file}.`.trim() }
      : it,
  ),
});

function foreignProblems(plan: Plan, account: string): StopReport["problems"][number][] {
  const foreign = plan.entries.filter(({ key }) => key.account !== account);
  if (foreign.length === 0) return [];
  const accounts = [...new Set(foreign.map(({ key }) => key.account))].join(", ");
  const message = `${foreign.length} sessions of the plan are in ${accounts}, and the credentials are of ${account}: they were left alone. Apply the plan with credentials of theirs, too.`;
  return [{ code: "OtherAccount", message, region: null }];
}

const unknownPlan = (id: string): string =>
  `this state has no plan ${safeText(id)}: apply a plan with the state that it was made with, or make a new one with \`sandmeter plan\``;

function whatNext(report: StopReport, named: string, options: VerbInput["options"]): string {
  const standing = [
    ...(report.switch === "armed" ? [] : [notArmedText(report)]),
    ...barredPolicyTexts(report.barredPolicies),
  ];
  return `${standing.map((text) => `${text} `).join("")}\`sandmeter apply ${shellWord(named)}${sameFlags(options)} --yes\` stops exactly these, each after one more look at it.`;
}
