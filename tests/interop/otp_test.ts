/**
 * One-time passwords as Cyrus SASL's client computes them from a pass phrase, over IMAP, POP3 and SMTP. Below 490 it begins a
 * new sequence itself. GNU SASL's client knows no OTP.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { OtpAlgorithm } from "../../core/contract/mod.ts";
import { otpOf } from "../../core/sasl/otp.ts";
import { alice, type TestServer, testServer } from "../support/test_server.ts";
import { type ClientHome, interopTest, type Program } from "./client.ts";

const cyrus = (name: string): Program => ({ name: `/usr/lib/cyrus/bin/${name}`, packageName: "cyrus-clients" });
/** The client's module has another path on each kind of machine. */
const otpModule = {
  name: "/usr/share/doc/libsasl2-modules-otp/copyright",
  packageName: "libsasl2-modules-otp",
};
const passPhrase = "A_Valid_Pass_Phrase";

const clients = [
  [cyrus("imtest"), "imap", "1 SELECT INBOX", "\n1 OK "],
  [cyrus("pop3test"), "pop3", "STAT", "\n+OK 0 0"],
  [cyrus("smtptest"), "submission", "NOOP", "\n250 2.0.0 "],
] as const;

for (const algorithm of ["md5", "sha1"] as const) {
  for (const [program, service, command, answer] of clients) {
    interopTest(
      `Cyrus ${service}: OTP by ${algorithm}, again and again, and with a new sequence`,
      [program, otpModule],
      async (home) => {
        await using server = await testServer({ auth: ["plain", "otp"] });
        await begin(server, algorithm, 492);
        const logIn = () => run(home, program, server.ports[service], command, passPhrase);
        for (const number of [491, 490, 489]) {
          const said = await logIn();
          assertStringIncludes(said, "Authenticated.\n");
          assertStringIncludes(said, answer);
          const kept = await secret(server);
          if (number >= 490) assertEquals([kept?.sequence, kept?.seed], [number, "ke1234"]);
          // The client has begun another.
          else {
            assertEquals([kept?.sequence, kept?.algorithm], [499, algorithm]);
            assertMatch(kept?.seed ?? "", /^lo\d{4}$/);
          }
        }
        assertStringIncludes(await logIn(), "Authenticated.\n");
        assertEquals((await secret(server))?.sequence, 498);
        const before = await secret(server);
        const refused = await run(home, program, server.ports[service], command, "Another pass phrase");
        assert(!refused.includes("Authenticated."), refused);
        assertEquals(await secret(server), before);
      },
    );
  }
}

async function begin({ admin }: TestServer, algorithm: OtpAlgorithm, sequence: number): Promise<void> {
  const last = otpOf({ algorithm, sequence, seed: "ke1234", passPhrase });
  await admin.setOtp(alice.address, { algorithm, sequence, seed: "ke1234", last });
}

async function secret({ directory }: TestServer) {
  return await directory.secret(alice.address, "otp");
}

/** What the client printed. */
async function run(home: ClientHome, program: Program, port: number, line: string, password: string): Promise<string> {
  const script = await home.write("script", `${line}\r\n`);
  const { stdout, stderr } = await home.run(program, [
    ...["-m", "OTP", "-a", alice.address, "-u", alice.address, "-w", password],
    ...["-f", script, "-p", String(port), "localhost"],
  ]);
  return stdout + stderr;
}
