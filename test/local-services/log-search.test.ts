import { type FilteredLogEvent, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, it } from "vitest";
import { ledgerAws } from "./ledger-clients.ts";
import { ACCOUNT, REGION, START } from "./local-aws.ts";

const tool = "tool-VbMl9Hi8I4";
const logGroupName = "/team/everything";

/** Usage and calls of several sessions in one group. */
const aws = await ledgerAws({
  places: [
    {
      region: REGION,
      interpreters: [
        { name: "tool", id: tool, usageLogs: { logGroup: logGroupName }, applicationLogs: { logGroup: logGroupName } },
      ],
      sessions: [{ interpreter: "tool", profile: "steady", count: 5, createdSeconds: [0, 300], timeoutSeconds: 900 }],
    },
  ],
});
aws.advance(3 * 3_600_000);

/** Every event, and how many pages it took. */
async function search(filterPattern: string) {
  const events: FilteredLogEvent[] = [];
  let pages = 0;
  let nextToken: string | undefined;
  do {
    const startTime = START;
    const page = await aws
      .logs()
      .send(new FilterLogEventsCommand({ logGroupName, filterPattern, startTime, nextToken }));
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
    pages++;
  } while (nextToken !== undefined);
  return { events, pages };
}

const sessions = [...(aws.world.place(ACCOUNT, REGION)?.sessions.get(tool)?.keys() ?? [])];
const all = (await search("")).events;

describe("a search for one session", () => {
  it.each(sessions)("finds what a search for everything finds of it, usage and calls alike (%s)", async (id) => {
    const own = all.filter(({ message }) => message?.includes(id));
    expect(own.some(({ message }) => message?.includes("InvokeCodeInterpreter"))).toBe(true);
    expect(own.length).toBeGreaterThan(900);
    expect((await search(`"${id}"`)).events).toEqual(own);
  });

  it("finds nothing where two are asked for at once, as no event is of both", async () => {
    expect((await search(`"${sessions[0]}" "${sessions[1]}"`)).events).toEqual([]);
  });

  it("finds what further words of the pattern leave of it", async () => {
    const { events } = await search(`"${sessions[2]}" InvokeCodeInterpreter`);
    expect(events).toEqual(
      all.filter(({ message }) => message?.includes(sessions[2] ?? "-") && message.includes("InvokeCodeInterpreter")),
    );
  });
});
