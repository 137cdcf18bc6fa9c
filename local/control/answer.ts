import type { OperationDefinition } from "../service.ts";
import { eventsOf } from "../services/events.ts";
import { truthOf } from "../truth.ts";
import type { Dispatcher } from "../wire/dispatch.ts";
import { type HttpReply, type HttpRequest, jsonReply } from "../wire/http.ts";
import { readAdvance } from "./advance-body.ts";
import { billReply, switchBill } from "./bill.ts";
import { readFaults } from "./fault-body.ts";

/** What the control interface offers; docs/embedded-aws.md describes each. */
const offered = {
  "GET /_local/": "this list",
  "GET /_local/clock": "the emulated time and how fast it runs",
  'POST /_local/advance {"seconds":60}': "jumps forward in emulated time",
  "GET /_local/truth":
    "each session's true life, activity and exact cost (?status=READY, ?cost=false for large fleets, ?activity=true for when each worked)",
  "GET /_local/bill": "a month's bill as a file (?month=2026-11&format=focus or cur2), or what is switched",
  'POST /_local/bill {"drift":{"us-east-1":1.25}}': "makes the bill depart from the records, or Cost Explorer refuse",
  "GET /_local/events": "events received by PutEvents",
  "GET /_local/calls": "every API request received, with counts per operation, account and Region (?limit=100)",
  "DELETE /_local/calls": "starts the counts anew",
  "GET /_local/faults": "the faults in force, and how often each struck",
  'POST /_local/faults {"faults":[{"kind":"throttle"}]}': "adds faults",
  "DELETE /_local/faults": "removes all faults",
};

/** Answers the control interface: not part of AWS, and not signed. */
export function answerControl(to: Dispatcher, http: HttpRequest): HttpReply {
  switch (`${http.method} ${http.path.replace(/\/$/, "")}`) {
    case "GET /_local":
      return jsonReply(200, { interface: offered });
    case "GET /_local/clock":
      return jsonReply(200, clockOf(to));
    case "POST /_local/advance": {
      const advance = readAdvance(http.body);
      if ("problems" in advance) return refused(advance.problems);
      to.world.clock.advance(advance.seconds * 1000);
      return jsonReply(200, clockOf(to));
    }
    case "GET /_local/truth":
      return truthReply(to, http.query);
    case "GET /_local/bill":
      return billReply(to.world, http.query);
    case "POST /_local/bill":
      return switchBill(to.world, http.body);
    case "GET /_local/events":
      return jsonReply(200, { events: eventsOf(to.world) });
    case "GET /_local/calls": {
      const limit = Number(http.query.get("limit") ?? 100);
      if (!Number.isInteger(limit) || limit < 0)
        return refused(["limit must be a whole number, for example ?limit=100"]);
      return jsonReply(200, { total: to.calls.total(), counts: to.calls.counts(), calls: to.calls.latest(limit) });
    }
    case "DELETE /_local/calls":
      to.calls.reset();
      return jsonReply(200, { total: 0 });
    case "GET /_local/faults":
      return jsonReply(200, { faults: to.faults.list() });
    case "POST /_local/faults": {
      const body = readFaults(http.body, operationsOf(to));
      if ("problems" in body) return refused(body.problems);
      to.faults.add(body.faults);
      return jsonReply(200, { faults: to.faults.list() });
    }
    case "DELETE /_local/faults":
      to.faults.clear();
      return jsonReply(200, { faults: [] });
    default:
      return jsonReply(404, { message: `There is no ${http.method} ${http.path} here.`, interface: offered });
  }
}

/** `?activity=true`, of all time or of a window. */
function windowOf(query: URLSearchParams): { readonly from: number; readonly until: number } | null | "wrong" {
  const [activity, from, until] = [query.get("activity") ?? "false", query.get("from"), query.get("until")];
  if (activity === "false" && from === null && until === null) return null;
  const window = {
    from: from === null ? Number.MIN_SAFE_INTEGER : Date.parse(from),
    until: until === null ? Number.MAX_SAFE_INTEGER : Date.parse(until),
  };
  return activity === "true" && window.from <= window.until ? window : "wrong";
}

function truthReply(to: Dispatcher, query: URLSearchParams): HttpReply {
  const status = query.get("status");
  const cost = query.get("cost") ?? "true";
  const work = windowOf(query);
  const problems = [
    ...(status === null || status === "READY" || status === "TERMINATED" ? [] : ["status must be READY or TERMINATED"]),
    ...(cost === "true" || cost === "false" ? [] : ["cost must be true or false"]),
    ...(work === "wrong"
      ? ["activity must be true or false, and from and until, which go with it, instants such as 2026-11-02T09:30:00Z"]
      : []),
  ];
  if (problems.length > 0 || work === "wrong") return refused(problems);
  const wanted = status === "READY" || status === "TERMINATED" ? status : null;
  return jsonReply(200, truthOf(to.world, { cost: cost === "true", status: wanted, work }));
}

const operationsOf = (to: Dispatcher): ReadonlyMap<string, OperationDefinition> =>
  new Map(to.services.flatMap((service) => Object.entries<OperationDefinition>(service.operations)));

const clockOf = (to: Dispatcher): object => ({
  now: new Date(to.world.clock.now()).toISOString(),
  speed: to.world.clock.speed,
});

const refused = (problems: readonly string[]): HttpReply => jsonReply(400, { message: problems.join("; "), problems });
