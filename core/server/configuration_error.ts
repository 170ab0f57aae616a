/** A configuration that cannot be served. */

/** Carries complete lines for the operator. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  /** `mail.yaml  protocols[0].use: …`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.problems = problems;
  }
}
