import { expect, it } from "vitest";
import { lastKeptAt } from "../../core/jobs/settle/memory.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { passes, worldOf } from "./keep-fixture.ts";

it("remembers when the last pass over the accounts of a target began", async () => {
  const { ports, passAt } = worldOf({ deliveries: [], sessions: [], hours: new Map() });
  const [first, second] = passes;
  if (first === undefined || second === undefined) throw new Error("there are no passes");
  const outcome = await passAt(first);
  const [target = { account: accountId("1"), region: region("none") }] = outcome.targets.map((it) => it.target);
  expect(await lastKeptAt(ports.documents, target)).toBe(first);
  await passAt(second);
  expect(await lastKeptAt(ports.documents, target)).toBe(second);
  expect(await lastKeptAt(ports.documents, { ...target, region: region("eu-west-1") })).toBeNull();
});
