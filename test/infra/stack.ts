import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Graph, StackResource } from "./synth/graph.ts";

/** What deploying `stage` would create, with these settings. Rejects with the message of what makes it impossible. */
export async function synthesize(stage: string, settings: Readonly<Record<string, string>> = {}): Promise<Graph> {
  const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-graph-"));
  const out = path.join(folder, "graph.json");
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AWS_|SST_|SANDMETER_|PULUMI_)/.test(name)),
  );
  try {
    await promisify(execFile)(
      process.execPath,
      [path.join(import.meta.dirname, "synth", "main.ts"), "--stage", stage, "--out", out],
      { cwd: path.resolve(import.meta.dirname, "../.."), env: { ...environment, ...settings } },
    );
    return JSON.parse(readFileSync(out, "utf8")) as Graph;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const ofType = (graph: Graph, type: string): readonly StackResource[] =>
  graph.resources.filter((resource) => resource.type === type);

export function one(graph: Graph, type: string, name: string): StackResource {
  const found = ofType(graph, type).find((resource) => resource.name === name);
  if (found === undefined) {
    const names = ofType(graph, type).map((resource) => resource.name);
    throw new Error(`the stack has no ${type} named ${name} (it has: ${names.join(", ")})`);
  }
  return found;
}

export interface IamStatement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** All inline statements of a role. */
export const statementsOf = (role: StackResource): readonly IamStatement[] =>
  ((role.inputs["inlinePolicies"] ?? []) as readonly { policy: string }[]).flatMap(
    ({ policy }) => (JSON.parse(policy) as { Statement: readonly IamStatement[] }).Statement,
  );

export const allowedActions = (role: StackResource): readonly string[] =>
  statementsOf(role)
    .flatMap((statement) => (statement.Effect === "Allow" ? statement.Action : []))
    .toSorted();

export interface TrustStatement {
  readonly Principal: Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** Who may take a role, and when. */
export const trustOf = (role: StackResource): readonly TrustStatement[] => {
  const given = role.inputs["assumeRolePolicy"];
  const policy = (typeof given === "string" ? JSON.parse(given) : given) as { Statement: readonly TrustStatement[] };
  return policy.Statement.map(({ Principal, Condition }) => ({
    Principal,
    ...(Condition !== undefined && { Condition }),
  }));
};

export const variablesOf = (lambda: StackResource): Readonly<Record<string, string>> =>
  (lambda.inputs["environment"] as { variables: Record<string, string> }).variables;
