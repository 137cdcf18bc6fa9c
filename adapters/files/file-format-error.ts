/** What is wrong with the content of a file, in words for whoever has to mend it. */
export class FileFormatError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "FileFormatError";
  }
}
