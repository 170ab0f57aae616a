/** What the operator is told of the time for which a certificate is good. Pure. */
import type { Certificate } from "./certificate.ts";

/** Days before its end that a certificate is to be renewed. */
const RENEWAL = 14;

/** What is to be said of a certificate at a time. */
export interface ValidityWarning {
  /** `error` where clients refuse it already. */
  readonly level: "error" | "warn";
  /** What is wrong, and what to do: `has expired on …`, said of the certificate. */
  readonly message: string;
}

/** Nothing as long as all is well. */
export function validityWarning(
  { validFrom, validTo }: Pick<Certificate, "validFrom" | "validTo">,
  now: Date,
): ValidityWarning | undefined {
  // RFC 5280 §4.1.2.5: both ends belong to its time.
  if (now < validFrom) {
    const message = `is not valid before ${
      day(validFrom)
    }: clients will refuse it; replace it and send SIGHUP, or set the clock`;
    return { level: "error", message };
  }
  if (now > validTo) {
    const message = `has expired on ${day(validTo)}: clients will refuse it; replace it and send SIGHUP`;
    return { level: "error", message };
  }
  if (validTo.getTime() - now.getTime() >= RENEWAL * 86_400_000) return undefined;
  return { level: "warn", message: `expires on ${day(validTo)}: replace it and send SIGHUP` };
}

/** In UTC, as the certificate has it. */
function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
