/** curl speaks IMAP: by every mechanism it knows, and lists, fetches, searches, appends and changes by requests of one's own. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type ClientHome, interopTest } from "./client.ts";
import { alice, type MailServer, mailServer } from "./server.ts";

const curl = { name: "curl", packageName: "curl" };
const message = "From: bob@example.org\r\nTo: alice@example.org\r\nSubject: by curl\r\n\r\n..two dots\r\n.\r\nend\r\n";

type Tls = "none" | "upgrade" | "implicit";

const ways: readonly (readonly [mechanism: string | undefined, tls: Tls])[] = [
  ...["PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5"].flatMap((mechanism) =>
    (["upgrade", "implicit"] as const).map((tls) => [mechanism, tls] as const)
  ),
  ["CRAM-MD5", "none"],
  ["DIGEST-MD5", "none"],
  [undefined, "none"],
  [undefined, "upgrade"],
  [undefined, "implicit"],
];

/** One run; the path is that of an IMAP URL (RFC 5092), as curl understands it. */
async function ask(
  home: ClientHome,
  server: MailServer,
  path: string,
  { args = [], tls = "implicit", mechanism }: { args?: readonly string[]; tls?: Tls; mechanism?: string | undefined } =
    {},
): Promise<string> {
  const { code, stdout, stderr } = await home.run(curl, [
    ...["-sS", "--user", `${alice.address}:${alice.password}`],
    ...tls === "none" ? [] : ["--cacert", server.certificate, "--ssl-reqd"],
    ...mechanism === undefined ? [] : ["--login-options", `AUTH=${mechanism}`],
    ...args,
    tls === "implicit"
      ? `imaps://localhost:${server.ports.imaps}/${path}`
      : `imap://localhost:${server.ports.imap}/${path}`,
  ]);
  assertEquals(code, 0, stderr);
  return stdout;
}

for (const [mechanism, tls] of ways) {
  interopTest(`curl: IMAP, AUTH ${mechanism ?? "of its own choice"}, ${tls} TLS`, [curl], async (home) => {
    await using server = await mailServer();
    await server.deliver(alice, message);
    assertEquals(await ask(home, server, "INBOX;MAILINDEX=1", { mechanism, tls }), message);
  });
}

interopTest("curl: IMAP, listing, status and mailboxes by requests", [curl], async (home) => {
  await using server = await mailServer();
  const request = (text: string, path = "") => ask(home, server, path, { args: ["-X", text] });
  for (const name of ["Work", "Work/2024", '"two words"']) await request(`CREATE ${name}`);
  assertEquals(
    (await ask(home, server, "")).split("\r\n").sort(),
    [
      "",
      '* LIST (\\HasChildren) "/" Work',
      '* LIST (\\HasNoChildren) "/" "two words"',
      '* LIST (\\HasNoChildren) "/" INBOX',
      '* LIST (\\HasNoChildren) "/" Work/2024',
    ],
  );
  assertEquals(await request('LIST "" Work/*'), '* LIST (\\HasNoChildren) "/" Work/2024\r\n');
  assertEquals(
    await request('STATUS "two words" (MESSAGES UIDNEXT)'),
    '* STATUS "two words" (MESSAGES 0 UIDNEXT 1)\r\n',
  );
  await request("DELETE Work/2024");
  assertEquals(await request('LIST "" Work/*'), "");
});

interopTest("curl: IMAP, append, search, fetch by number, UID and section, store, expunge", [curl], async (home) => {
  await using server = await mailServer();
  await server.deliver(alice, "Subject: first\r\n\r\ntext\r\n");
  const file = await home.write("message.eml", message);
  assertEquals(await ask(home, server, "INBOX", { args: ["-T", file] }), "");
  assertEquals(await server.inbox(alice), ["Subject: first\r\n\r\ntext\r\n", message]);
  assertEquals(await ask(home, server, "INBOX?SUBJECT%20curl"), "* SEARCH 2\r\n");
  assertEquals(await ask(home, server, "INBOX;UID=2"), message);
  assertEquals(await ask(home, server, "INBOX;UID=2;SECTION=TEXT"), "..two dots\r\n.\r\nend\r\n");
  assertEquals(
    await ask(home, server, "INBOX;MAILINDEX=2;SECTION=HEADER.FIELDS%20(SUBJECT)"),
    "Subject: by curl\r\n\r\n",
  );
  const request = (text: string) => ask(home, server, "INBOX", { args: ["-X", text] });
  // curl appends with \Seen, and has fetched it with BODY[] besides.
  assertStringIncludes(await request("FETCH 1:* FLAGS"), "* 2 FETCH (FLAGS (\\Seen");
  assertStringIncludes(await request("STORE 1 +FLAGS (\\Deleted)"), "FLAGS (\\Deleted");
  assertStringIncludes(await request("EXPUNGE"), "* 1 EXPUNGE\r\n");
  assertEquals(await server.inbox(alice), [message]);
});
