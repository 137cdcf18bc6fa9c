/** A file of a bill that cannot be used. Its message says which file, what is wrong, and what to do. */
export class BillFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BillFileError";
  }
}
