import type { Reply, Request } from "../../service.ts";
import { conflict, invalidField } from "./errors.ts";
import { interpreterNamed } from "./find.ts";
import { once } from "./idempotency.ts";
import { startChange } from "./interpreter-life.ts";
import { isoTime } from "./iso-time.ts";
import { readySessions } from "./quota-use.ts";

export function deleteInterpreter({ place, now, input }: Request): Reply {
  const { codeInterpreterId: id } = input as { readonly codeInterpreterId: string };
  return once(place, "DeleteCodeInterpreter", input, () => {
    const interpreter = interpreterNamed(place, id, now);
    if (interpreter.kind === "SYSTEM") {
      throw invalidField("codeInterpreterId", "The SYSTEM code interpreter cannot be deleted.");
    }
    if (interpreter.status === "CREATING" || interpreter.status === "DELETING") {
      throw conflict(`Code interpreter ${id} is ${interpreter.status}.`);
    }
    // AWS does not document what becomes of live sessions. Refusing is the choice here: it loses nobody's work.
    const live = readySessions(place, now, id);
    if (live > 0) throw conflict(`Code interpreter ${id} has ${live} active session${live === 1 ? "" : "s"}.`);
    startChange(interpreter, "DELETED", now);
    return { body: { codeInterpreterId: id, status: interpreter.status, lastUpdatedAt: isoTime(now) } };
  });
}
