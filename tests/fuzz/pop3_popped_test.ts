/** What sessions leave behind, against a model: popped mail, recent mail, LAST; and old commands with any octets. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1 } from "../../core/wire/ascii.ts";
import { converse } from "../plugins/protocols/mail_context.ts";
import { keptMail } from "../plugins/protocols/pop3/kept_mail.ts";
import { pop3Plugin } from "../plugins/protocols/pop3/plugin_service.ts";
import { talk } from "../plugins/protocols/pop3/talk.ts";
import { FakeDelivery } from "../plugins/protocols/smtp/fake_context.ts";

type Popped = "nothing" | "leave" | "read" | "archive" | "trash";

const subjects = ["one", "two", "three", "four"];
const places: Readonly<Record<Popped, string>> = {
  ...{ nothing: "INBOX", leave: "INBOX", read: "INBOX", archive: "Archive", trash: "Trash" },
};

/** Where each message is, and with which flags; absent: nowhere. */
type Model = Map<string, string>;

const command = fc.oneof(
  fc.tuple(fc.constantFrom("RETR", "DELE", "DELE", "RETR", "TOP"), fc.nat(5)),
  fc.tuple(fc.constantFrom("RSET", "NOOP", "LIST"), fc.constant(0)),
);
const session = fc.record({
  commands: fc.array(command, { maxLength: 8 }),
  quits: fc.boolean(),
  isRecent: fc.boolean(),
});

/** What a session sees, in its order. */
function seen(model: Model, popped: Popped, isRecent: boolean): string[] {
  return [...model].flatMap(([subject, place]) => {
    if (isRecent) return place.startsWith("Trash") ? [] : subject;
    return place.startsWith("INBOX") && (popped === "nothing" || place === "INBOX") ? subject : [];
  });
}

Deno.test("pop3 fuzz: whatever sessions do, mail is where `popped` says, and only what QUIT has ended counts", async () => {
  const popped = fc.constantFrom<Popped>("nothing", "leave", "read", "archive", "trash");
  await fc.assert(
    fc.asyncProperty(popped, fc.array(session, { minLength: 1, maxLength: 4 }), async (popped, sessions) => {
      const mail = subjects.map((subject, index) => ({ subject, days: subjects.length - index }));
      const tested = await keptMail(mail, { options: { popped, recent: "30d" } });
      const model: Model = new Map(subjects.map((subject) => [subject, "INBOX"]));
      const after = popped === "nothing" ? "" : popped === "read" ? " $Popped \\Seen" : " $Popped";
      for (const { commands, quits, isRecent } of sessions) {
        const listed = seen(model, popped, isRecent);
        const said = commands.map(([verb, number]) =>
          ["RETR", "DELE"].includes(verb) ? `${verb} ${number}` : verb === "TOP" ? `TOP ${number} 0` : verb
        );
        const login = `USER ${isRecent ? "recent:" : ""}mrose\r\nPASS tanstaaf\r\nSTAT\r\n`;
        const { lines } = await talk(tested, `${login}${said.join("\r\n")}\r\n${quits ? "QUIT\r\n" : ""}`);
        assertEquals(lines[3]?.split(" ")[1], String(listed.length));
        if (!quits) continue;
        let deleted = new Set<string>();
        const retrieved = new Set<string>();
        for (const [verb, number] of commands) {
          const subject = listed[number - 1];
          if (verb === "RSET") deleted = new Set();
          if (subject === undefined || deleted.has(subject)) continue;
          if (verb === "DELE") deleted.add(subject);
          if (verb === "RETR") retrieved.add(subject);
        }
        const gone = popped === "nothing" || isRecent ? deleted : deleted.union(retrieved);
        for (const subject of gone) {
          if (popped === "nothing") model.delete(subject);
          else if (places[popped] !== "INBOX" || model.get(subject) === "INBOX") {
            model.set(subject, places[popped] + after);
          }
        }
      }
      const content = Object.entries(await tested.content()).flatMap(([name, messages]) =>
        messages.map((
          message,
        ) => [message.split(" ")[0] ?? "", `${name} ${message.split(" ").slice(1).join(" ")}`.trim()])
      );
      assertEquals(content.sort(), [...model].sort());
    }),
    { numRuns: 200 },
  );
});

Deno.test("pop3 fuzz: RPOP, LAST and XTND: whatever octets come, mail stays and is unlocked, and nothing fails", async () => {
  const octets = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map(latin1),
      fc.constantFrom("USER smith\r\n", "RPOP smith\r\n", "PASS secret\r\n", "LAST\r\n", "XTND XLST ", "Subject\r\n"),
      fc.constantFrom(
        "XTND XMIT\r\n",
        "To: jones@foo.com\r\n",
        "\r\n",
        ".\r\n",
        "RETR 1\r\n",
        "RSET\r\n",
        "xtnd xlst a 1\r\n",
      ),
    ),
    { maxLength: 20, size: "max" },
  );
  const options = { early: true, rpop: ["192.0.2.1"] };
  await fc.assert(
    fc.asyncProperty(octets, fc.constantFrom(1000, 2000), async (pieces, peerPort) => {
      const delivery = new FakeDelivery();
      const mail = { INBOX: ["Subject: x\r\n\r\ny\r\n"] };
      const { serve, log, content, isUnlocked } = await pop3Plugin({
        address: "smith@foo.com",
        mail,
        delivery,
        options,
      });
      const received = await converse(serve, pieces, { log, peerPort });
      assert(received.startsWith("+OK POP3 server ready"));
      assertEquals([await content(), await isUnlocked()], [mail.INBOX, true]);
      assert(!log.lines.some((line) => line.startsWith("error")), log.lines.join("\n"));
      if (delivery.kept.length > 0) assert(pieces.includes("XTND XMIT\r\n"));
    }),
    { numRuns: 300 },
  );
});
