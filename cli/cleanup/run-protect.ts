import { patternOf } from "../../adapters/config/policy-match-schema.ts";
import type { SessionMatch } from "../../core/cleanup/policy/policy.ts";
import {
  changeMadeProtections,
  type MadeProtection,
  readMadeProtections,
} from "../../core/jobs/sweep/stored/stored-protections.ts";
import { type Instant, isoOf, plusMs } from "../../core/kernel/instant.ts";
import type { Documents } from "../../core/ports/documents.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import { matchText, protectionText } from "../policy/policy-report.ts";
import { renderFitting } from "../render/fit-columns.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { painter } from "../render/style.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb } from "../verb.ts";
import { userOf } from "./compose.ts";
import { type ProtectAction, readProtectFlags } from "./protect-flags.ts";
import { unseenText } from "./protected-unseen.ts";
import { serviceNow } from "./service-now.ts";
import { withCleanup } from "./with-cleanup.ts";

export const checkProtect: CheckVerb = async (input, terminal) => (await readProtectFlags(input, terminal)).problems;

export const runProtect: RunVerb = async (verbInput, terminal) => {
  const { input, action, problems } = await readProtectFlags(verbInput, terminal);
  if (problems.length > 0) throw new UsageError(problems);
  const { all, now, notAsked } = await withCleanup(input, terminal.signal, async (clients, stores) => {
    const { now, notAsked } = await serviceNow(clients, terminal.signal);
    const made = await carryOut(stores.documents, action, userOf(terminal), now);
    const unseen = action.kind === "add" ? await unseenText(stores, action.match) : null;
    if (unseen !== null) terminal.err(`${unseen}\n`);
    return { all: made, now, notAsked };
  });
  if (notAsked !== null) terminal.err(`${safeText(machineText(notAsked))}\n`);
  terminal.out(
    verbInput.options["json"] === true
      ? `${safeJson(protectJson(all, now, notAsked))}\n`
      : listText(all, now, terminal),
  );
  return exitCode.done;
};

async function carryOut(
  documents: Documents,
  action: ProtectAction,
  by: string,
  now: Instant,
): Promise<readonly MadeProtection[]> {
  switch (action.kind) {
    case "list":
      return readMadeProtections(documents, patternOf);
    case "add": {
      const { match, forMs, why } = action;
      const made: MadeProtection = { match, source: "hand", until: plusMs(now, forMs), why, by, madeAt: now };
      // Of two of the same sessions the later word holds, so that one can be made shorter, too.
      return changeMadeProtections(documents, patternOf, now, (before) => [
        ...before.filter((it) => matchKey(it.match) !== matchKey(match)),
        made,
      ]);
    }
    case "remove": {
      const key = matchKey(action.match);
      const before = await readMadeProtections(documents, patternOf);
      if (!before.some(({ match }) => matchKey(match) === key)) {
        throw new CliError(
          `there is no protection of ${safeText(matchText(action.match))}: \`sandmeter protect --list\` shows all; those of a policy file are taken out there`,
        );
      }
      return changeMadeProtections(documents, patternOf, now, (all) =>
        all.filter(({ match }) => matchKey(match) !== key),
      );
    }
  }
}

const matchKey = ({ name, ...match }: SessionMatch): string => JSON.stringify({ ...match, name: name?.text ?? null });

const machineText = (why: string): string =>
  `What time it is by AWS could not be asked (${why}), so that times here go by this machine's clock. Before a stop, protections go by the service's.`;

/** docs/schemas/protect.schema.json */
const protectJson = (all: readonly MadeProtection[], now: Instant, notAsked: string | null) => ({
  asOf: isoOf(now),
  clock: notAsked === null ? "service" : "machine",
  protections: all.map(({ match, until, why, by, madeAt }) => ({
    match: { ...match, name: match.name?.text ?? null },
    until: isoOf(until),
    why,
    by,
    madeAt: isoOf(madeAt),
    inForce: now < until,
  })),
});

function listText(all: readonly MadeProtection[], now: Instant, terminal: Pick<Terminal, "color" | "columns">): string {
  if (all.length === 0)
    return "Nothing is protected here; protections of a policy file are shown by `sandmeter policy check`.\n";
  return renderFitting(
    [
      { title: "PROTECTED" },
      { title: "LASTS" },
      { title: "UNTIL", yields: 3, under: true },
      { title: "BY", yields: 2, under: true },
      { title: "WHY", yields: 1, under: true },
    ],
    all.map((item) =>
      [matchText(item.match), protectionText(item, now), isoOf(item.until), item.by ?? "-", item.why].map((text) => ({
        text,
      })),
    ),
    terminal.color ? terminal.columns : null,
    painter(terminal.color),
  );
}
