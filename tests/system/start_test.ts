import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { clone } from "../support/clone.ts";
import { firstLookPorts, firstLookTest, start } from "../support/first_look.ts";

/** A pasted line, in a shell. */
async function paste(line: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", line] }).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals([code, said], [0, ""]);
  return new TextDecoder().decode(stdout);
}

const hasCurl = await new Deno.Command("sh", { args: ["-c", "command -v curl"] }).output().then(({ success }) =>
  success
);
firstLookTest(
  "start: a clone serves without a question; the pasted lines send and fetch; the second start says it all again",
  async () => {
    const folder = await clone();
    try {
      let first = "";
      {
        await using started = await start(folder);
        first = started.greeting;
        for (const port of firstLookPorts) assertStringIncludes(first, `127.0.0.1:${port}`);
        const [send = "", ...fetches] = [...first.matchAll(/^ {2}((?:printf|curl) .*)$/gm)].map(([, line = ""]) =>
          line
        );
        assertEquals(fetches.map((line) => /(\w+):\/\//.exec(line)?.[1]), ["imaps", "pop3s"]);
        if (hasCurl) {
          await paste(send);
          for (const fetch of fetches) {
            const message = await paste(fetch);
            assertStringIncludes(message, "Subject: Hello\r\n");
            assertMatch(message, /\r\n\r\nIt works\.\r\n$/);
          }
        }
      }
      {
        await using again = await start(folder);
        assertEquals(again.greeting, first);
      }
      for (const name of ["first_look_passwords.json", "tls/key.pem", "mail.db"]) {
        const { mode } = await Deno.stat(`${folder}/data/${name}`);
        assert(mode !== null);
        assertEquals([name, mode & 0o777], [name, 0o600]);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
