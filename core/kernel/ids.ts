import type { Brand } from "./brand.ts";

/** Twelve digits. */
export type AccountId = Brand<string, "AccountId">;
/** For example `us-east-1`. */
export type Region = Brand<string, "Region">;
/** For example `aws.codeinterpreter.v1` or `myTool-VbMl9Hi8I4`. */
export type InterpreterId = Brand<string, "InterpreterId">;
/** Unique within its account and Region only. */
export type SessionId = Brand<string, "SessionId">;

/** The doors (adapters, command line) check the text; these only name what was checked. */
export const accountId = (text: string): AccountId => text as AccountId;
export const region = (text: string): Region => text as Region;
export const interpreterId = (text: string): InterpreterId => text as InterpreterId;
export const sessionId = (text: string): SessionId => text as SessionId;
