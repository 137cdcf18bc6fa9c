import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { expect, it } from "vitest";
import { awsKillSwitch } from "../../adapters/aws/kill-switch.ts";
import { embedded, signal } from "../aws/embedded.ts";
import { killSwitchContract } from "./contract.ts";

const aws = await embedded(
  { places: [{ region: "us-east-1", sessions: [] }] },
  {
    maxAttempts: 1,
    othersTimes: 1000,
    limits: { othersTimes: 1000 },
  },
);
let made = 0;
const fresh = (): string => {
  made += 1;
  return `/sandmeter/test-${made}/armed`;
};

killSwitchContract("a parameter", async () => {
  const name = fresh();
  return {
    store: awsKillSwitch(aws.clients, "us-east-1", name),
    spoil: async (text) =>
      (await aws.clients.ssm("us-east-1")).send(
        new PutParameterCommand({ Name: name, Value: text, Type: "String", Overwrite: true }),
      ),
    keepsTime: true,
    close: () => undefined,
  };
});

it.each([
  ["access-denied", "AccessDenied", "ssm:GetParameter"],
  ["error", "ServiceError", "GetParameter in us-east-1"],
  ["throttle", "Throttled", "GetParameter in us-east-1"],
] as const)("is unknown where AWS answers with %s", async (kind, code, said) => {
  await aws.addFaults({ kind, operation: "GetParameter" });
  const read = await awsKillSwitch(aws.clients, "us-east-1", fresh()).read(signal);
  await aws.clearFaults();
  expect(read).toMatchObject({ state: "unknown", problem: { code, message: expect.stringContaining(said) } });
});

it("says why it could not be set", async () => {
  const store = awsKillSwitch(aws.clients, "us-east-1", fresh());
  await aws.addFaults({ kind: "access-denied", operation: "PutParameter" });
  const answer = await store.write({ state: "armed", by: null, why: null, at: null }, signal);
  await aws.clearFaults();
  expect(answer).toMatchObject({ code: "AccessDenied", message: expect.stringContaining("ssm:PutParameter") });
  expect(await store.read(signal)).toMatchObject({ state: "disarmed" });
});

it("says when it was set by the service's clock, whatever the words say", async () => {
  const name = fresh();
  const store = awsKillSwitch(aws.clients, "us-east-1", name);
  const ssm = await aws.clients.ssm("us-east-1");
  for (const at of [null, 0, Date.UTC(2099, 0)]) {
    const Value = JSON.stringify({ state: "armed", by: null, why: null, at });
    await ssm.send(new PutParameterCommand({ Name: name, Value, Type: "String", Overwrite: true }));
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }));
    expect(await store.read(signal)).toMatchObject({ at: Parameter?.LastModifiedDate?.getTime() });
  }
});

it("is another setting where it was taken away and made anew, which counts its versions from 1 again", async () => {
  const name = fresh();
  const store = awsKillSwitch(aws.clients, "us-east-1", name);
  const elsewhere = awsKillSwitch(aws.clients, "us-east-1", fresh());
  const armed = { state: "armed", by: null, why: null, at: null } as const;
  await store.write(armed, signal);
  aws.world.clock.advance(1);
  await elsewhere.write(armed, signal);
  const [one, other] = [await store.read(signal), await elsewhere.read(signal)];
  expect(one).not.toEqual(other);
});
