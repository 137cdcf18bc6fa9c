import { RegistryError } from "../../core/ports/registry-error.ts";

/** Turns what the client throws into the error of the registry; a fault of our own code, which would hide as one of the service, comes back as it was. */
export function registryError(error: unknown, operation: string, table: string): unknown {
  if (error instanceof RegistryError || !(error instanceof Error)) return error;
  const fail = (code: RegistryError["code"], what: string): RegistryError =>
    new RegistryError(code, what, { cause: error });
  const answered = "$metadata" in error || "$response" in error;
  if (error instanceof SyntaxError && !answered) {
    return fail(
      "corrupt",
      `The table ${table} holds an item that Sandmeter did not write (${error.message}): delete the item, or give the monitor a table of its own.`,
    );
  }
  switch (error.name) {
    case "ResourceNotFoundException":
      return fail(
        "denied",
        `The table ${table} does not exist in this account and Region: deploy the stack that makes it.`,
      );
    case "AccessDeniedException":
      return fail(
        "denied",
        `${operation} on the table ${table} was refused: allow dynamodb:GetItem, Query, PutItem, UpdateItem and DeleteItem on it.`,
      );
    default:
      return answered || isConnectionError(error)
        ? fail(
            "unreachable",
            `${operation} on the table ${table} failed (${error.name}: ${error.message}): the next pass tries again.`,
          )
        : error;
  }
}

const isConnectionError = (error: Error): boolean =>
  error.name === "TimeoutError" || ("code" in error && /^E[A-Z]+$/.test(String(error.code)));
