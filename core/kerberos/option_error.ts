/** What an option of Kerberos names is not there, or not as it must be: told at start, and by `check`. */

/** Says what was expected, and what to do about it. */
export class KerberosOptionError extends Error {
  override readonly name = "KerberosOptionError";
  /** Which option. */
  readonly option: "keytab" | "library";
  /** Without the option. */
  readonly problem: string;

  /** One line. */
  constructor(option: "keytab" | "library", problem: string, more?: ErrorOptions) {
    super(`options.${option}: ${problem}`, more);
    this.option = option;
    this.problem = problem;
  }
}
