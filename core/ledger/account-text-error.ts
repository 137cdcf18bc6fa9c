/** A stored account that cannot be believed. The session's records are still at their source: it has to be rated from there. */
export class AccountTextError extends SyntaxError {
  /** Which part of the text is wrong. */
  readonly where: string;
  constructor(where: string, options?: ErrorOptions) {
    super(
      `The stored account of a session is damaged (${where}). Restore the ledger from a copy, or remove this session from it: it is then rated from its records again.`,
      options,
    );
    this.name = "AccountTextError";
    this.where = where;
  }
}
