/** Tells the operator in time that the certificate will be refused. */
import type { Logger } from "../../contract/logger.ts";
import type { Certificate } from "./certificate.ts";

/** Days before its end that a certificate is to be renewed. */
const RENEWAL = 14;

/** Warns in the log where the end is near, or over. */
export function warnOfEnd(certificate: Certificate | undefined, log: Logger, now: Date): void {
  if (certificate === undefined) return;
  const days = Math.floor((certificate.validTo.getTime() - now.getTime()) / 86_400_000);
  const facts = { validTo: certificate.validTo.toISOString() };
  if (days < 0) log.error("the certificate has expired: clients will refuse it; replace it and send SIGHUP", facts);
  else if (days < RENEWAL) log.warn("the certificate expires soon: replace it and send SIGHUP", { days, ...facts });
}
