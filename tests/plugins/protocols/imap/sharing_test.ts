/** Mailboxes that two accounts share (RFC 4314), over memory and SQLite. */
import { assertEquals } from "@std/assert";
import { overEachStorage } from "./over_each_storage.ts";
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
