import { z } from "zod";
import { instantOfIso } from "../../core/kernel/calendar.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import type { StartedSession } from "../../core/ports/principals.ts";

/**
 * What an event of a trail says of the start of a session. Null for any other event, and for a start that failed; a text
 * says what is missing where it is a start of an unknown shape.
 */
export function readTrailEvent(value: unknown): StartedSession | string | null {
  if (typeof value !== "object" || value === null) return null;
  const { eventName, errorCode } = value as { readonly eventName?: unknown; readonly errorCode?: unknown };
  if (eventName !== "StartCodeInterpreterSession") return null;
  if (errorCode !== undefined && errorCode !== null) return null;
  const read = startEvent.safeParse(value);
  if (!read.success) return [...new Set(read.error.issues.map(({ path }) => path.join(".")))].join(", ");
  const { responseElements: answer, requestParameters: request, userIdentity: caller, ...event } = read.data;
  const interpreter = answer.codeInterpreterIdentifier ?? request?.codeInterpreterIdentifier;
  if (interpreter === undefined) return "responseElements.codeInterpreterIdentifier";
  const startedAt = instantOfIso(event.eventTime);
  if (startedAt === null) return "eventTime";
  return {
    account: accountId(event.recipientAccountId),
    region: region(event.awsRegion),
    interpreter: interpreterId(interpreter),
    session: sessionId(answer.sessionId),
    principal: caller.arn,
    startedAt,
  };
}

const interpreter = z.object({ codeInterpreterIdentifier: z.string().min(1).max(256).optional() });

/** An ARN has 2048 characters at most (AWS general reference, read 2026-11). */
const longestArn = 2048;

/** AWS CloudTrail user guide, "CloudTrail record contents", read 2026-11; members that nothing here needs are not looked at. */
const startEvent = z.object({
  eventTime: z.string(),
  awsRegion: z.string().min(1),
  recipientAccountId: z.string().regex(/^\d{12}$/),
  userIdentity: z.object({ arn: z.string().startsWith("arn:").max(longestArn) }),
  requestParameters: interpreter.nullish(),
  // What a service keeps secret in its events is a text of another shape in its place.
  responseElements: interpreter.extend({ sessionId: z.string().regex(/^[0-9a-zA-Z]{1,40}$/) }),
});
