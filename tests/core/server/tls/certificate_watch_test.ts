import { assertEquals } from "@std/assert";
import { CertificateWatch } from "../../../../core/server/tls/certificate_watch.ts";
import { recordedLog } from "../../../support/recorded_log.ts";
import { TestClock } from "../../../support/test_clock.ts";

Deno.test("certificate watch: a server that runs for months says when its certificate ends, and no more once it is replaced", () => {
  using recorded = recordedLog();
  const clock = new TestClock();
  let now = new Date("2026-01-01T12:00:00Z");
  const certificate = { certificate: "", key: "", endPoint: undefined, validFrom: now };
  const told = () =>
    recorded.events.map(({ level, message, file }) => `${level} ${message.replace(/:.*/, "")} ${file}`);
  using watch = new CertificateWatch(recorded.log, () => now, clock);
  watch.use({ ...certificate, validTo: new Date("2026-03-31T12:00:00Z") }, "cert.pem");
  const dayOf = (date: string) => {
    now = new Date(`${date}T12:00:00Z`);
    clock.advance(86_400_000);
  };
  for (const date of ["2026-02-01", "2026-03-17"]) dayOf(date);
  assertEquals(told(), []);
  for (const date of ["2026-03-18", "2026-03-31", "2026-04-01"]) dayOf(date);
  const all = [
    "warn the certificate expires on 2026-03-31 cert.pem",
    "warn the certificate expires on 2026-03-31 cert.pem",
    "error the certificate has expired on 2026-03-31 cert.pem",
  ];
  assertEquals(told(), all);
  watch.use({ ...certificate, validTo: new Date("2026-06-30T12:00:00Z") }, "cert.pem");
  dayOf("2026-04-02");
  assertEquals(told(), all);
});
