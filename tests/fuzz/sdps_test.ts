/** SDPS: views against a model, and any octets from the first one on. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1 } from "../../core/wire/ascii.ts";
import { converse } from "../plugins/protocols/mail_context.ts";
import { type HostMail, login, sdps, to } from "../plugins/protocols/sdps/serve.ts";

const users = ["fred", "jane", "vision25"];

/** Of a host: for one of its users, or without envelope, which is the host's own. */
const mail = fc.array(fc.option(fc.constantFrom(...users), { nil: undefined }), { maxLength: 6 });
const session = fc.record({
  /** Undefined: the whole host. */
  user: fc.option(fc.constantFrom(...users), { nil: undefined }),
  form: fc.constantFrom("@", "+"),
  deleted: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
  quits: fc.boolean(),
});

Deno.test("sdps fuzz: each login shows its messages and no other, and deletes none but those, whatever came before", async () => {
  await fc.assert(
    fc.asyncProperty(mail, fc.array(session, { maxLength: 4 }), async (recipients, sessions) => {
      const given: HostMail[] = recipients.map((user) => user === undefined ? {} : to(user));
      const tested = await sdps({ mail: given });
      // The recipient of each message that is left, as *ENV tells it.
      let model = recipients.map((user) => user ?? "vision25");
      for (const { user, form, deleted, quits } of sessions) {
        const shown = [...model.keys()].filter((index) => user === undefined || model[index] === user);
        const asked = shown.map((_, index) => `*ENV ${index + 1}`);
        const commands = [...asked, ...deleted.map((number) => `DELE ${number}`), ...quits ? ["QUIT"] : []];
        const name = user === undefined ? "vision25" : `${user}${form}vision25`;
        const lines = (await converse(tested.serve, login(commands, name))).split("\r\n").slice(2);
        assertEquals(lines[0]?.match(/has (\d+) /)?.[1], String(shown.length));
        const told = shown.map((_, index) => lines[1 + 6 * index + 2]);
        assertEquals(told, shown.map((index) => model[index]));
        const gone = new Set(quits ? deleted.map((number) => shown[number - 1]) : []);
        model = model.filter((_, index) => !gone.has(index));
      }
      assertEquals((await tested.content()).length, model.length);
    }),
    { numRuns: 200 },
  );
});

Deno.test("sdps fuzz: whatever octets come, mail stays and is unlocked, and nothing fails", async () => {
  const octets = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map(latin1),
      fc.constantFrom(
        "USER vision25\r\n",
        "USER fred+vision25\r\n",
        "USER @\r\n",
        "PASS dial-up\r\n",
        "PASS pop3 word\r\n",
      ),
      fc.constantFrom(
        "*ENV 1\r\n",
        "*env 2\r\n",
        "*ENV \r\n",
        "*",
        "ENV",
        " 1\r\n",
        "RETR 1\r\n",
        "TOP 1 0\r\n",
        "DELE 1\r\n",
      ),
    ),
    { maxLength: 20, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(octets, fc.boolean(), async (pieces, extensions) => {
      const { serve, log, content, isUnlocked } = await sdps({ mail: [to("fred"), {}], options: { extensions } });
      const kept = await content();
      const received = await converse(serve, pieces, { log });
      assert(received.startsWith("+OK POP3 server ready"));
      assertEquals([await content(), await isUnlocked()], [kept, true]);
      assert(!log.lines.some((line) => line.startsWith("error")), log.lines.join("\n"));
    }),
    { numRuns: 300 },
  );
});
