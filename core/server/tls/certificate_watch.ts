/** Tells the operator in time that clients will refuse the certificate, also where the server runs for months. */
import type { Logger } from "../../contract/logger.ts";
import { systemClock, type WaitClock } from "../../wire/waits.ts";
import type { Certificate } from "./certificate.ts";
import { validityWarning } from "./certificate_validity.ts";

/** Milliseconds between two looks. */
const DAY = 86_400_000;

/** Looks at the certificate when it is taken up, and once a day. */
export class CertificateWatch implements Disposable {
  readonly #log: Logger;
  readonly #now: () => Date;
  readonly #stop: () => void;
  #certificate: Certificate | undefined;
  #file: string | undefined;

  /** @param now The time by which certificates are judged. */
  constructor(log: Logger, now: () => Date, clock: WaitClock = systemClock) {
    this.#log = log;
    this.#now = now;
    this.#stop = clock.every(DAY, () => this.#look());
  }

  /** From now on it is this one. @param file Where it is. */
  use(certificate: Certificate | undefined, file: string | undefined): void {
    this.#certificate = certificate;
    this.#file = file;
    this.#look();
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #look(): void {
    const warning = this.#certificate && validityWarning(this.#certificate, this.#now());
    if (warning !== undefined) this.#log[warning.level](`the certificate ${warning.message}`, { file: this.#file });
  }
}
