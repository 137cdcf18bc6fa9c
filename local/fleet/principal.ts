import type { LocalSession } from "../world.ts";
import { hash, hashText } from "./random.ts";
import { partitionOf } from "./regions.ts";

/** The role that started a session, as CloudTrail names it. */
export interface Principal {
  readonly arn: string;
  readonly roleArn: string;
  readonly roleName: string;
  readonly roleId: string;
  readonly sessionName: string;
}

const roles = ["agent-runtime", "data-team-notebooks", "ci-runner", "support-assistant"] as const;

/** Follows from the session alone; a few role sessions of each role. */
export function principalOf(session: LocalSession): Principal {
  const { seed } = session.activity;
  const roleName = roles[hash(seed, 80) % roles.length] ?? roles[0];
  const sessionName = `${roleName}-${1 + (hash(seed, 81) % 3)}`;
  const arnOf = (service: string, resource: string): string =>
    `arn:${partitionOf(session.region)}:${service}::${session.account}:${resource}`;
  return {
    arn: arnOf("sts", `assumed-role/${roleName}/${sessionName}`),
    roleArn: arnOf("iam", `role/${roleName}`),
    roleName,
    roleId: `AROA${hashText(hashText(1, session.account), roleName).toString(36).toUpperCase().padStart(17, "A")}`,
    sessionName,
  };
}
