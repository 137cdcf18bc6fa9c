import { interpreterQuotaCode } from "../../fleet/build-place.ts";
import { customInterpreterId, interpreterArn } from "../../fleet/identifiers.ts";
import { hash, hashText } from "../../fleet/random.ts";
import type { Reply, Request } from "../../service.ts";
import type { LocalInterpreter, Place } from "../../world.ts";
import { conflict, invalidField, quotaExceeded } from "./errors.ts";
import { once } from "./idempotency.ts";
import { settled, startChange } from "./interpreter-life.ts";
import { isoTime } from "./iso-time.ts";
import { customInterpreters, quotaOf } from "./quota-use.ts";

interface Asked {
  readonly name: string;
  readonly description?: string;
  readonly executionRoleArn?: string;
  readonly networkConfiguration: {
    readonly networkMode: LocalInterpreter["networkMode"];
    readonly vpcConfig?: unknown;
  };
  readonly certificates?: unknown;
  readonly filesystemConfigurations?: unknown;
  readonly tags?: Readonly<Record<string, string>>;
}

export function createInterpreter({ world, place, now, input }: Request): Reply {
  const asked = input as unknown as Asked;
  const { networkConfiguration: network } = asked;
  if (network.networkMode === "VPC" && network.vpcConfig === undefined) {
    throw invalidField("networkConfiguration.vpcConfig", "vpcConfig is required when networkMode is VPC.");
  }
  settled(place, now);
  return once(place, "CreateCodeInterpreter", input, () => {
    refuseSameName(place, asked.name);
    if (customInterpreters(place) >= quotaOf(place, interpreterQuotaCode)) {
      throw quotaExceeded("maxCodeInterpreters");
    }
    const seed = hash(hashText(world.seed, `${place.account}/${place.region}/${asked.name}`), now);
    const id = customInterpreterId(asked.name, seed);
    const interpreter: LocalInterpreter = {
      id,
      arn: interpreterArn(place.account, place.region, id),
      kind: "CUSTOM",
      name: asked.name,
      description: asked.description ?? null,
      networkMode: network.networkMode,
      createdAt: now,
      lastUpdatedAt: now,
      status: "CREATING",
      tags: asked.tags ?? {},
      usageLogs: null,
      usageDelivery: null,
      applicationLogs: null,
      hasTraces: false,
      echoed: {
        networkConfiguration: network,
        executionRoleArn: asked.executionRoleArn,
        certificates: asked.certificates,
        filesystemConfigurations: asked.filesystemConfigurations,
      },
    };
    startChange(interpreter, "READY", now);
    place.interpreters.set(id, interpreter);
    place.sessions.set(id, new Map());
    return {
      body: {
        codeInterpreterId: id,
        codeInterpreterArn: interpreter.arn,
        createdAt: isoTime(now),
        status: interpreter.status,
      },
    };
  });
}

/** The API reference asks for a name that is unique in the account; one whose interpreter is on its way out is still taken. */
function refuseSameName(place: Place, name: string): void {
  const taken = [...place.interpreters.values()].some((interpreter) => interpreter.name === name);
  if (taken) throw conflict(`A code interpreter named ${name} already exists.`);
}
