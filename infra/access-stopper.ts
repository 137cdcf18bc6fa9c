import { type FunctionResources, keepState, tell } from "./access.ts";
import { customInterpreters, neverAct, readSandboxes, systemInterpreter } from "./access-sandboxes.ts";
import { readCalls, readUsage, type UsagePlaces } from "./access-usage.ts";
import type { PolicyPlace, Statement } from "./statement.ts";

/** What stops sessions may do, and nothing else: it reads nothing, starts nothing and calls nothing. */
export const stopperStatements = (place: PolicyPlace): readonly Statement[] => [
  {
    sid: "StopSessions",
    effect: "allow",
    actions: ["bedrock-agentcore:StopCodeInterpreterSession"],
    resources: [...customInterpreters(place), ...systemInterpreter(place)],
  },
];

/** Everything that the role of what cleans up may do: of all roles of a deployment, the only one that can stop a session. */
export const sweepStatements = (
  place: PolicyPlace,
  own: FunctionResources,
  usage: UsagePlaces,
  killSwitch: { readonly parameter: string; readonly region: string } | null,
): readonly Statement[] => [
  ...readSandboxes(place),
  ...readUsage(place, { ...usage, trailBucket: null }),
  readCalls(place),
  ...stopperStatements(place),
  neverActButStop,
  keepState(own),
  ...(killSwitch === null ? [] : [turnSwitch(place, killSwitch)]),
  ...tell(place, own),
];

/** Stopping is all that it may do to a session. */
const neverActButStop: Statement = {
  ...neverAct,
  sid: "NeverActButStop",
  actions: neverAct.actions.filter((action) => !action.endsWith(":StopCodeInterpreterSession")),
};

/** It reads the switch before each stop, and turns it off where the stops of most policies are regretted. */
const turnSwitch = (
  { partition, account }: PolicyPlace,
  { parameter, region }: { readonly parameter: string; readonly region: string },
): Statement => ({
  sid: "TurnSwitch",
  effect: "allow",
  actions: ["ssm:GetParameter", "ssm:PutParameter"],
  resources: [`arn:${partition}:ssm:${region}:${account}:parameter/${parameter.replace(/^\//, "")}`],
});
