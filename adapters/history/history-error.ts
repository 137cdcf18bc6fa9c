import { RegistryError, type RegistryErrorCode } from "../../core/ports/registry-error.ts";

/** What adapters of history throw: to a job it is a store that fails, as any other. */
export class HistoryError extends RegistryError {
  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = "HistoryError";
  }
}
