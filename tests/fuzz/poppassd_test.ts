/** poppassd: whatever octets come, no password changes without the old one, and nothing fails. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1 } from "../../core/wire/ascii.ts";
import { converse } from "../plugins/protocols/mail_context.ts";
import { poppassd } from "../plugins/protocols/poppassd/serve.ts";

Deno.test("poppassd fuzz: whatever octets come, each line has one answer, and only who knows the password changes it", async () => {
  await using tested = await poppassd();
  const octets = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map(latin1),
      fc.constantFrom("USER alice\n", "PASS wrong\r\n", "NEWPASS new\r\n", "PASS ", "NEWPASS ", "\r\n", "\n", "QUIT\n"),
    ),
    { maxLength: 15, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(octets, async (pieces) => {
      const { serve, log } = tested;
      const received = await converse(serve, pieces, { tls: true, log });
      const lines = received.split("\r\n").slice(0, -1);
      assert(lines.every((line) => /^[245]00 /.test(line)), received);
      assert(lines.length <= 1 + pieces.join("").split("\n").length);
      assertEquals(await tested.isPassword("alice", "old"), true);
      assert(!log.lines.some((line) => line.startsWith("error")), log.lines.join("\n"));
    }),
    { numRuns: 300 },
  );
});
