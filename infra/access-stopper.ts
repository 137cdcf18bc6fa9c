import { customInterpreters, systemInterpreter } from "./access-sandboxes.ts";
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
