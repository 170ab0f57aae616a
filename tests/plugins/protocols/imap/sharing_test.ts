/** Mailboxes that two accounts share (RFC 4314), over memory and SQLite. */
import { assertEquals } from "@std/assert";
import { overEachStorage } from "../over_each_storage.ts";
import { bob, carol, fred, logIn, testService } from "./talk.ts";

overEachStorage(
  "rights: RFC 4314 §3.1: what is set, added and removed is what GETACL and MYRIGHTS tell",
  async (given) => {
    const service = await testService(given);
    await using owner = await logIn(service, bob);
    await using friend = await logIn(service, fred);
    const name = '"Other Users/bob@example.org/INBOX"';
    const steps: readonly (readonly [change: string, rights: string])[] = [
      ["lr", "lr"],
      ["+sw", "lrsw"],
      ["+", "lrsw"],
      ["-rq", "BAD"],
      ["-ra", "lsw"],
      ["+cd", "lswkxtecd"],
      ["-c", "lswted"],
      ["-t", "lswed"],
      ["lrswipkxtea", "lrswipkxtecda"],
      ["-cd", "lrswipa"],
      ["a", "a"],
    ];
    for (const [change, rights] of steps) {
      const [reply = ""] = await owner.run(`SETACL INBOX fred "${change}"`);
      assertEquals(reply.slice(0, rights.length > 3 ? 2 : 3).trim(), rights === "BAD" ? "BAD" : "OK", reply);
      if (rights === "BAD") continue;
      assertEquals((await owner.run("GETACL INBOX"))[0], `* ACL INBOX ${bob} lrswipkxtecda ${fred} ${rights}`);
      assertEquals((await friend.run(`MYRIGHTS ${name}`))[0], `* MYRIGHTS ${name} ${rights}`);
    }
    // RFC 4314 §4: who has "a" gives rights, also to himself.
    assertEquals(await friend.run(`SETACL ${name} fred lra`), ["OK Done"]);
    assertEquals(await friend.run(`SETACL ${name} carol lr`), ["OK Done"]);
    assertEquals(
      (await friend.run(`GETACL ${name}`))[0],
      `* ACL ${name} ${bob} lrswipkxtecda ${carol} lr ${fred} lra`,
    );
    // No rights are the same as no entry.
    assertEquals(await owner.run('SETACL INBOX fred ""'), ["OK Done"]);
    assertEquals(await owner.run("DELETEACL INBOX carol"), ["OK Done"]);
    assertEquals(await owner.run("DELETEACL INBOX carol"), ["OK Done"]);
    assertEquals((await owner.run("GETACL INBOX"))[0], `* ACL INBOX ${bob} lrswipkxtecda`);
    assertEquals((await friend.run(`MYRIGHTS ${name}`))[0], "NO [NONEXISTENT] There is no such mailbox");
  },
);

overEachStorage(
  "rights: RFC 4314 §3.1: what sessions add and remove at the same moment are changes of what there is",
  async (given) => {
    const service = await testService(given);
    await using owner = await logIn(service, bob);
    await using other = await logIn(service, bob);
    await owner.run("SETACL INBOX fred lrx");
    for (const [one, another] of [["+s", "+i"], ["-x", "+w"], ["+e", "-r"]] as const) {
      await Promise.all([owner.run(`SETACL INBOX fred ${one}`), other.run(`SETACL INBOX fred ${another}`)]);
    }
    assertEquals((await owner.run("GETACL INBOX"))[0], `* ACL INBOX ${bob} lrswipkxtecda ${fred} lswied`);
  },
);

overEachStorage(
  "rights: RFC 4314 §4: what a friend makes below a shared mailbox is the owner's, and shared the same way",
  async (given) => {
    const service = await testService(given);
    await using owner = await logIn(service, bob);
    await using friend = await logIn(service, fred);
    await owner.run("CREATE Team");
    await owner.run("SETACL Team fred lrk");
    const below = '"Other Users/bob@example.org/Team/a/b"';
    assertEquals((await friend.run(`CREATE ${below}`))[0]?.slice(0, 2), "OK");
    assertEquals((await friend.run(`MYRIGHTS ${below}`))[0], `* MYRIGHTS ${below} lrkc`);
    assertEquals((await friend.run(`DELETE ${below}`))[0]?.slice(0, 11), "NO [NOPERM]");
    assertEquals(await owner.run("LIST Team/ *"), [
      '* LIST (\\HasChildren) "/" Team/a',
      '* LIST (\\HasNoChildren) "/" Team/a/b',
      "OK That is all",
    ]);
    assertEquals(await friend.run('LIST "Other Users/bob@example.org/" *'), [
      '* LIST (\\HasChildren) "/" "Other Users/bob@example.org/Team"',
      '* LIST (\\HasChildren) "/" "Other Users/bob@example.org/Team/a"',
      '* LIST (\\HasNoChildren) "/" "Other Users/bob@example.org/Team/a/b"',
      "OK That is all",
    ]);
  },
);

overEachStorage(
  "rights: RFC 4314 §5.1.1: what changes while a mailbox is selected holds from then on, and is told",
  async (given) => {
    const service = await testService(given);
    await using owner = await logIn(service, bob);
    await using friend = await logIn(service, fred);
    await owner.run("APPEND INBOX {3+}\r\nx\r\n");
    await owner.run("SETACL INBOX fred lrw");
    await friend.run('SELECT "Other Users/bob@example.org/INBOX"');
    const flags = (permanent: string) => [
      "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
      `* OK [PERMANENTFLAGS (${permanent})] Flags that are kept`,
    ];
    await owner.run("SETACL INBOX fred lrs");
    assertEquals(await friend.run("NOOP"), [...flags("\\Seen"), "OK Nothing done"]);
    assertEquals((await friend.run("STORE 1 +FLAGS.SILENT \\Flagged")).at(-1)?.slice(0, 2), "NO");
    await owner.run("SETACL INBOX fred lr");
    const access = (code: string) => `* OK [${code}] Your rights have changed`;
    assertEquals(await friend.run("NOOP"), [...flags(""), access("READ-ONLY"), "OK Nothing done"]);
    assertEquals((await friend.run("STORE 1 +FLAGS.SILENT \\Seen")).at(-1)?.slice(0, 2), "NO");
    await owner.run("SETACL INBOX fred lrste");
    assertEquals(await friend.run("NOOP"), [...flags("\\Deleted \\Seen"), access("READ-WRITE"), "OK Nothing done"]);
    assertEquals((await friend.run("STORE 1 +FLAGS.SILENT \\Seen")).at(-1)?.slice(0, 2), "OK");
    // The owner's own rights never change.
    await owner.run("SELECT INBOX");
    await owner.run("SETACL INBOX fred l");
    assertEquals(await owner.run("NOOP"), ["OK Nothing done"]);
    // RFC 4314 §5.1.1: who may not read it any more is sent away.
    assertEquals(await friend.run("NOOP"), ["OK Nothing done"]);
    assertEquals(await friend.wire.readLine(), "* BYE The selected mailbox is gone");
  },
);

overEachStorage(
  "rights: RFC 4314 §2, §3: identifiers are UTF-8, and addresses may have a separator in them",
  async (given) => {
    const [umlaut, slash] = ["müller@example.org", "sales/eu@example.org"] as const;
    const service = await testService({ ...given, accounts: [fred, umlaut, slash] });
    // One character an octet, as it is on the wire.
    const octets = "m\xc3\xbcller@example.org";
    await using owner = await logIn(service, `{19+}\r\n${octets}`);
    await using friend = await logIn(service, slash);
    assertEquals(await owner.run(`SETACL INBOX ${slash} lrax`), ["OK Done"]);
    assertEquals(await owner.run("GETACL INBOX"), [
      `* ACL INBOX {19}`,
      `${octets} lrswipkxtecda ${slash} lrxca`,
      "OK That is all",
    ]);
    const name = '"Other Users/m&APw-ller@example.org/INBOX"';
    assertEquals(await friend.run('LIST "" "Other Users/*"'), [
      `* LIST (\\HasNoChildren) "/" ${name}`,
      "OK That is all",
    ]);
    assertEquals(await friend.run(`LISTRIGHTS ${name} {19+}\r\n${octets}`), [
      `* LISTRIGHTS ${name} {19}`,
      `${octets} lrswipkxtecda`,
      "OK That is all",
    ]);
    assertEquals((await friend.run(`GETQUOTAROOT ${name}`)).slice(0, 2), [`* QUOTAROOT ${name} {19}`, octets]);
    await friend.run("ENABLE UTF8=ACCEPT");
    const plain = `"Other Users/${octets}/INBOX"`;
    assertEquals((await friend.run(`GETACL ${plain}`))[0], `* ACL ${plain} "${octets}" lrswipkxtecda ${slash} lrxca`);
    // The other way round.
    assertEquals(await friend.run(`SETACL INBOX "${octets}" lr`), ["OK Done"]);
    const sales = '"Other Users/sales/eu@example.org/INBOX"';
    assertEquals((await owner.run(`MYRIGHTS ${sales}`))[0], `* MYRIGHTS ${sales} lr`);
    assertEquals(await owner.run('LIST "" "Other Users/%/%"'), [
      '* LIST (\\Noselect \\HasChildren) "/" "Other Users/sales/eu@example.org"',
      "OK That is all",
    ]);
  },
);
