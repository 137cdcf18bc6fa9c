import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choosePolicy } from "../../core/cleanup/policy/choose-policy.ts";
import type { SessionMatch } from "../../core/cleanup/policy/policy.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { everySession, policy, session } from "./facts.ts";

const pattern = (text: string) => ({ text, matches: (name: string) => new RegExp(text).test(name) });
const own = session();
const members: { readonly [Member in keyof SessionMatch]: Partial<SessionMatch> } = {
  account: { account: own.target.account },
  region: { region: own.target.region },
  interpreter: { interpreter: own.interpreter },
  name: { name: pattern("^etl-") },
  session: { session: own.id },
};
const named = (id: string, match: Partial<SessionMatch> = {}) => policy({ id, match: { ...everySession, ...match } });
const chosen = (...policies: readonly ReturnType<typeof named>[]) => choosePolicy(policies, own)?.id ?? null;

describe("the policy of a session", () => {
  it("is none where none matches, and the one for all where it is alone", () => {
    expect(chosen()).toBeNull();
    expect(chosen(named("all"))).toBe("all");
  });

  it.each<[keyof SessionMatch, Partial<SessionMatch>]>([
    ["account", { account: accountId("222233334444") }],
    ["region", { region: region("eu-west-1") }],
    ["interpreter", { interpreter: interpreterId("other-0123456789") }],
    ["name", { name: pattern("^web-") }],
    ["session", { session: sessionId("01OTHER") }],
  ])("is not one of another %s", (member, other) => {
    expect(chosen(named("other", other))).toBeNull();
    expect(chosen(named("own", members[member]))).toBe("own");
  });

  it("is none by a pattern where the session has no name", () => {
    expect(choosePolicy([named("any", { name: pattern("") })], session({ name: null }))).toBeNull();
  });

  it.each<[keyof SessionMatch, readonly (keyof SessionMatch)[]]>([
    ["session", ["name", "interpreter", "region", "account"]],
    ["name", ["interpreter", "region", "account"]],
    ["interpreter", ["region", "account"]],
    ["region", ["account"]],
    ["account", []],
  ])("by %s wins over one by all of %j, wherever it stands", (strong, weak) => {
    const a = named("strong", members[strong]);
    const b = named("weak", Object.assign({}, ...weak.map((member) => members[member])));
    expect(chosen(a, b)).toBe("strong");
    expect(chosen(b, a)).toBe("strong");
  });

  it("is none where two as specific as each other match, for nobody knows which was meant", () => {
    const [a, b] = [named("a", { name: pattern("^etl") }), named("b", { name: pattern("7$") })];
    expect(chosen(a, b)).toBeNull();
    expect(chosen(named("all"), a, b)).toBeNull();
    expect(chosen(a, b, named("session", members.session))).toBe("session");
    expect(chosen(a, named("web", { name: pattern("^web") }))).toBe("a");
  });

  it("does not depend on the order of the policies", () => {
    const some = fc.subarray(Object.values(members)).map((parts) => Object.assign({}, ...parts));
    fc.assert(
      fc.property(fc.array(some, { maxLength: 6 }), (matches) => {
        const policies = matches.map((match, i) => named(`p${i}`, match));
        expect(chosen(...policies.toReversed())).toBe(chosen(...policies));
      }),
    );
  });
});
