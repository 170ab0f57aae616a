/** Kerberos in a process of its own, with no more rights than it is said to need: what it says at start, and that it serves. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { latin1 } from "../../core/wire/ascii.ts";
import { capturedKey, capturedVersions } from "../plugins/protocols/kpop/capture.ts";
import { framed } from "../../plugins/protocols/kpop/sendauth.ts";
import { hasKerberos, kerberosFolder } from "../support/kerberos.ts";
import { runMain } from "../support/run_main.ts";
import { serverHome } from "../support/spawn_server.ts";

/** As documented; other systems have it elsewhere. */
const library = `/usr/lib/${Deno.build.arch}-linux-gnu/libgssapi_krb5.so.2`;
const right = `--allow-ffi=${library}`;
const ignore = !hasKerberos();
if (ignore) console.warn("NOT RUN: Kerberos in a process of its own needs libgssapi_krb5 (Debian: libgssapi-krb5-2)");

const plain = { auth: ["plain"] };

Deno.test({
  name: "kerberos: the server does not start without the right, the library, the keytab or its key, and says which",
  ignore,
  async fn() {
    using keys = kerberosFolder([{ ...capturedKey, components: ["host", "localhost"] }]);
    const { keytab, folder } = keys;
    for (
      const [options, rights, said] of [
        [{ keytab }, [], `${library} may not be loaded; run the server with ${right}`],
        [
          { keytab, library: `${folder}/lib.so` },
          ["--allow-ffi"],
          "lib.so cannot be loaded; install MIT Kerberos (Debian",
        ],
        [{ keytab: `${folder}/none` }, [right], `options.keytab: Key table file '${folder}/none' not found`],
        [{ keytab }, [right], "has no key of pop/HOST; add one with kadmin's ktadd"],
      ] as const
    ) {
      await using home = await serverHome({ ...plain, further: { kpop: options } });
      const done = await runMain(["serve", "--config", home.file], { folder: home.folder, rights });
      assertEquals(done.code, 1, done.stderr);
      assertMatch(done.stderr, /^protocol kpop: /m);
      assertStringIncludes(done.stderr, said);
    }
    await using home = await serverHome(plain);
    await home.configure({ auth: ["plain", { use: "gssapi", options: { keytab } }] });
    const done = await runMain(["serve", "--config", home.file], { folder: home.folder, rights: [right] });
    assertEquals(done.code, 1, done.stderr);
    assertStringIncludes(done.stderr, "auth gssapi: options.keytab: ");
    assertStringIncludes(done.stderr, "has none of the keys pop/HOST, imap/HOST, smtp/HOST");
  },
});

Deno.test({
  name:
    "kerberos: check says in a line what is missing, and how to get it; without the right, whether there is a keytab",
  ignore,
  async fn() {
    using keys = kerberosFolder([capturedKey]);
    const { keytab, folder } = keys;
    const none = `${folder}/none`, lib = `${folder}/lib.so`, reading = `--allow-read=${folder}`;
    const command = `kadmin -q "ktadd -k ${none} pop/HOST"`;
    const ktadd =
      `expected a file with the server's keys that it may read, as ${command} writes it (Debian: krb5-user)`;
    for (
      const [use, options, rights, problem] of [
        ["kpop", { keytab: none }, [right], `options.keytab: Key table file '${none}' not found; ${ktadd}`],
        ["kpop", { keytab: none }, [reading], `options.keytab: ${none}: there is no such file; ${ktadd}`],
        ["kpop", { keytab: none }, [], undefined],
        ["kpop", { keytab }, [], undefined],
        ["kpop", { keytab }, [right], undefined],
        [
          ...["kpop", { keytab, library: lib }, [`--allow-ffi=${lib}`]] as const,
          `options.library: ${lib} cannot be loaded; install MIT Kerberos (Debian: libgssapi-krb5-2, Fedora: krb5-libs)`,
        ],
        ["gssapi", { keytab: none }, [right], `options.keytab: Key table file '${none}' not found; ${ktadd}`],
      ] as const
    ) {
      await using home = await serverHome(plain);
      const at = use === "kpop" ? "protocols" : "auth";
      const config = use === "kpop" ? { ...plain, further: { kpop: options } } : { auth: ["plain", { use, options }] };
      await home.configure(config);
      const done = await runMain(["check", "--config", home.file], { folder: home.folder, rights });
      assertEquals(done.code, problem === undefined ? 0 : 2, done.stderr);
      if (problem === undefined) continue;
      assertEquals(done.stderr.trim().split("\n").length, 1);
      assertStringIncludes(done.stderr.replace(/\[\d+\]/, ""), `${at}.${problem}`);
    }
  },
});

Deno.test({
  name: "kerberos: with the right to load the one library it serves, warns once, and stops as it should",
  ignore,
  async fn() {
    using keys = kerberosFolder([capturedKey]);
    const { keytab } = keys;
    const further = { kpop: { keytab } };
    await using home = await serverHome({ ...plain, further });
    await home.configure({ auth: ["plain", { use: "gssapi", options: { keytab } }], further });
    await using server = await home.spawn({ rights: [right] });
    const warning = await server.logged(/^KPOP protects logins, not mail/);
    assertEquals([warning.level, warning.principals], ["warn", ["pop/localhost@EXAMPLE.TEST"]]);
    assertEquals(await answerOf(server.ports.pop3, "CAPA\r\nQUIT\r\n", /^SASL (.*)\r$/m), "GSSAPI");
    // RFC 4752 §3.2: there is no key of imap.
    assertEquals(await answerOf(server.ports.imap, "1 CAPABILITY\r\n2 LOGOUT\r\n", /AUTH=(GSSAPI)/), undefined);
    // RFC 4120 §7.5.9: no AP-REQ is KRB_AP_ERR_MSG_TYPE.
    const noTicket = latin1(capturedVersions) + latin1(framed(new TextEncoder().encode("xxxx")));
    assertEquals(await answerOf(server.furtherPorts.kpop ?? 0, noTicket, /(Invalid msg type)/), "Invalid msg type");
    server.kill("SIGTERM");
    assertEquals((await server.status).code, 0);
  },
});

/** Of all that a port says to something, what matters: the pattern's group. */
async function answerOf(port: number, said: string, pattern: RegExp): Promise<string | undefined> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const octets = Uint8Array.from(said, (character) => character.charCodeAt(0));
  await new Blob([octets]).stream().pipeTo(connection.writable, { preventClose: true });
  const [, group] = pattern.exec(await new Response(connection.readable).text()) ?? [];
  return group;
}
