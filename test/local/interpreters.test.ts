import { StartCodeInterpreterSessionCommand } from "@aws-sdk/client-bedrock-agentcore";
import {
  CreateCodeInterpreterCommand,
  type CreateCodeInterpreterCommandInput,
  DeleteCodeInterpreterCommand,
  GetCodeInterpreterCommand,
  ListCodeInterpretersCommand,
  type ListCodeInterpretersCommandInput,
} from "@aws-sdk/client-bedrock-agentcore-control";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { interpreterQuotaCode } from "../../local/fleet/build-place.ts";
import { type Emulated, emulated, failureOf, startAt, system } from "./world-fixture.ts";

let aws: Emulated;
let client: ReturnType<Emulated["control"]>;

beforeEach(async () => {
  aws = await emulated();
  client = aws.control();
});
afterEach(() => aws.close());

const token = (letter: string): string => letter.repeat(33);
const create = (name: string, more: Partial<CreateCodeInterpreterCommandInput> = {}) =>
  client.send(new CreateCodeInterpreterCommand({ name, networkConfiguration: { networkMode: "SANDBOX" }, ...more }));
const get = (codeInterpreterId = "") => client.send(new GetCodeInterpreterCommand({ codeInterpreterId }));
const remove = (codeInterpreterId = "", clientToken = token("z")) =>
  client.send(new DeleteCodeInterpreterCommand({ codeInterpreterId, clientToken }));
const start = (codeInterpreterIdentifier = "") =>
  aws.sessions().send(new StartCodeInterpreterSessionCommand({ codeInterpreterIdentifier }));

async function listed(input: ListCodeInterpretersCommandInput, emulator = aws): Promise<string[][]> {
  const pages: string[][] = [];
  let nextToken: string | undefined;
  do {
    const answer = await emulator
      .control()
      .send(new ListCodeInterpretersCommand({ ...input, ...(nextToken === undefined ? {} : { nextToken }) }));
    pages.push((answer.codeInterpreterSummaries ?? []).map((summary) => summary.codeInterpreterId ?? ""));
    nextToken = answer.nextToken;
  } while (nextToken !== undefined);
  return pages;
}

describe("Create and Get", () => {
  it("answers 202 and CREATING, and is READY after five seconds", async () => {
    const created = await create("tool_1");
    expect(created.$metadata.httpStatusCode).toBe(202);
    expect(created).toMatchObject({ status: "CREATING", createdAt: new Date(startAt) });
    expect(created.codeInterpreterId).toMatch(/^tool_1-[a-zA-Z0-9]{10}$/);
    expect(created.codeInterpreterArn).toBe(
      `arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/${created.codeInterpreterId}`,
    );
    const statusAfter = async (seconds: number) => {
      aws.advance(seconds);
      return (await get(created.codeInterpreterId)).status;
    };
    expect(await statusAfter(4)).toBe("CREATING");
    expect((await failureOf(start(created.codeInterpreterId))).name).toBe("ConflictException");
    expect(await statusAfter(1)).toBe("READY");
    expect((await start(created.codeInterpreterId)).sessionId).toBeDefined();
  });

  it("gives back what it was created with", async () => {
    const vpcConfig = { securityGroups: ["sg-12345678"], subnets: ["subnet-12345678"], requireServiceS3Endpoint: true };
    const { codeInterpreterId } = await create("tool", {
      description: "for tests",
      executionRoleArn: "arn:aws:iam::111122223333:role/r",
      networkConfiguration: { networkMode: "VPC", vpcConfig },
      tags: { team: "a" },
    });
    expect(await get(codeInterpreterId)).toMatchObject({
      name: "tool",
      description: "for tests",
      executionRoleArn: "arn:aws:iam::111122223333:role/r",
      networkConfiguration: { networkMode: "VPC", vpcConfig },
    });
  });

  it("shows the SYSTEM interpreter with the ARN of AWS", async () => {
    expect(await get(system)).toMatchObject({
      codeInterpreterArn: "arn:aws:bedrock-agentcore:us-east-1:aws:code-interpreter/aws.codeinterpreter.v1",
      status: "READY",
    });
  });

  it("wants a vpcConfig for the mode VPC", async () => {
    expect(await failureOf(create("tool", { networkConfiguration: { networkMode: "VPC" } }))).toMatchObject({
      name: "ValidationException",
      fields: ["networkConfiguration.vpcConfig"],
    });
  });

  it("refuses a name that is taken", async () => {
    await create("tool");
    expect(await failureOf(create("tool"))).toMatchObject({ name: "ConflictException", status: 409 });
  });

  it("answers the same interpreter for the same client token", async () => {
    const first = await create("tool", { clientToken: token("a") });
    expect((await create("tool", { clientToken: token("a") })).codeInterpreterId).toBe(first.codeInterpreterId);
    expect((await failureOf(create("other", { clientToken: token("a") }))).reason).toBe(
      "IdempotentParameterMismatchException",
    );
  });

  it.each([
    { existing: 1, limit: 2, status: 202 },
    { existing: 2, limit: 2, status: 402 },
    { existing: 0, limit: 0, status: 402 },
  ])(
    "with $existing of $limit configurations, a further one is answered $status",
    async ({ existing, limit, status }) => {
      for (let index = 0; index < existing; index++) await create(`tool${index}`);
      aws.place.appliedQuotas.set(interpreterQuotaCode, limit);
      if (status === 402) {
        expect(await failureOf(create("further"))).toMatchObject({ name: "ServiceQuotaExceededException", status });
      } else expect((await create("further")).$metadata.httpStatusCode).toBe(status);
    },
  );
});

describe("Delete", () => {
  it("answers 202 and DELETING, and the interpreter is gone after five seconds", async () => {
    const { codeInterpreterId } = await create("tool");
    aws.advance(5);
    const removed = await remove(codeInterpreterId);
    expect(removed.$metadata.httpStatusCode).toBe(202);
    expect(removed).toMatchObject({ codeInterpreterId, status: "DELETING", lastUpdatedAt: new Date(startAt + 5000) });
    aws.advance(4);
    expect((await get(codeInterpreterId)).status).toBe("DELETING");
    aws.advance(1);
    expect(await failureOf(get(codeInterpreterId))).toMatchObject({ name: "ResourceNotFoundException", status: 404 });
    expect((await remove(codeInterpreterId)).codeInterpreterId).toBe(codeInterpreterId);
    expect((await failureOf(remove(codeInterpreterId, token("b")))).status).toBe(404);
  });

  it("refuses while a session lives", async () => {
    const { codeInterpreterId } = await create("tool");
    aws.advance(5);
    await start(codeInterpreterId);
    expect(await failureOf(remove(codeInterpreterId))).toMatchObject({ name: "ConflictException", status: 409 });
    aws.advance(900);
    expect((await remove(codeInterpreterId)).status).toBe("DELETING");
  });

  it("refuses the SYSTEM interpreter", async () => {
    expect(await failureOf(remove(system))).toMatchObject({ name: "ValidationException", status: 400 });
  });
});

describe("List", () => {
  beforeEach(async () => {
    for (let index = 0; index < 24; index++) await create(`tool${index}`);
  });

  it("pages by 10 unless told otherwise, and gives every interpreter once", async () => {
    const pages = await listed({});
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(new Set(pages.flat()).size).toBe(25);
  });

  it("tells SYSTEM from CUSTOM", async () => {
    expect(await listed({ type: "SYSTEM" })).toEqual([[system]]);
    const custom = (await listed({ type: "CUSTOM", maxResults: 100 })).flat();
    expect(custom).toHaveLength(24);
    expect(custom).not.toContain(system);
  });

  it("may leave the SYSTEM one out of a listing without a type", async () => {
    const other = await emulated({ unknowns: { untypedListing: "custom" } });
    expect(await listed({}, other)).toEqual([[]]);
    expect(await listed({ type: "SYSTEM" }, other)).toEqual([[system]]);
    await other.close();
  });

  it("may give smaller pages than were asked for", async () => {
    const other = await emulated({ unknowns: { interpreterPageMax: 2 }, fleet: fleetOf(4) });
    expect((await listed({ maxResults: 100 }, other)).map((page) => page.length)).toEqual([2, 2, 1]);
    await other.close();
  });

  it("stays whole while interpreters come and go between the pages", async () => {
    const before = (await listed({ maxResults: 100 })).flat();
    const first = await client.send(new ListCodeInterpretersCommand({ maxResults: 10 }));
    aws.advance(1);
    // Enough of them that some would fall behind the first page, wherever chance puts each.
    for (let index = 0; index < 20; index++) await create(`late${index}`);
    const rest: string[] = [];
    let nextToken = first.nextToken;
    while (nextToken !== undefined) {
      const page = await client.send(new ListCodeInterpretersCommand({ maxResults: 10, nextToken }));
      rest.push(...(page.codeInterpreterSummaries ?? []).map((summary) => summary.codeInterpreterId ?? ""));
      nextToken = page.nextToken;
    }
    const firstIds = (first.codeInterpreterSummaries ?? []).map((summary) => summary.codeInterpreterId ?? "");
    expect([...firstIds, ...rest].toSorted()).toEqual(before.toSorted());
  });
});

const fleetOf = (count: number) => ({
  places: [
    {
      region: "us-east-1",
      interpreters: Array.from({ length: count }, (_, index) => ({ name: `tool${index}` })),
    },
  ],
});
