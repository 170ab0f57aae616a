import { assertEquals, assertRejects } from "@std/assert";
import type { Connection } from "../../../core/contract/mod.ts";
import { latin1 } from "../../../core/wire/ascii.ts";
import { runDialogue } from "../../support/run_dialogue.ts";

/** Echoes lines; `STLS` upgrades, `DATA` takes a message. */
async function echo(connection: Connection): Promise<void> {
  const { reader, writer } = connection;
  writer.line("hello");
  for (;;) {
    let line = reader.takeLine(100);
    if (line === undefined) {
      await writer.flush();
      line = await reader.readLine(100);
    }
    if (line === undefined) return;
    const text = latin1(line);
    writer.line(text);
    if (text === "QUIT") return await writer.flush();
    if (text === "STLS") {
      await writer.flush();
      writer.line(`under ${(await connection.startTls()).version}`);
    }
    if (text === "DATA") {
      let message = "";
      for await (const piece of reader.readUntilDot(1000)) message += latin1(piece);
      writer.line(JSON.stringify(message));
    }
  }
}

Deno.test("dialogue: what others do comes in its place, and only where there is somebody to do it", async () => {
  const done: string[] = [];
  const meanwhile = (text: string) => Promise.resolve(void done.push(text));
  const transcript = "S: hello\nmeanwhile: {{what}} happens\nC: QUIT\nS: QUIT";
  await runDialogue(transcript, echo, { names: { what: "much" }, meanwhile });
  assertEquals(done, ["much happens"]);
  await assertRejects(() => runDialogue(transcript, echo, { names: { what: "much" } }), Error, "line 2");
});

Deno.test("dialogue: what is said as in the transcript passes", async () => {
  const { names, writes } = await runDialogue(
    String.raw`
    # A greeting first.
    S: hello
    C: one {{preset}}
    C: two
    S: one {{any}}
    S: {{id:second}}
    C: {{second}}
    S: two
    C>: DA
    C>: TA\r\n..a\r\n.\x0d\n
    S: DATA
    S: ".a\r\n"
    C: x
    C: y
    C: z
    S: {{lines}}
    S: z
    C: STLS
    C: injected
    S: STLS
    S: under TLSv1.3
    C: after
    S: after
    C: QUIT
    S: QUIT`,
    echo,
    { names: { preset: "given" }, startTls: true },
  );
  assertEquals(names, { preset: "given", second: "two" });
  assertEquals(writes, 9);
});

Deno.test("dialogue: a server that says less, more or something else fails", async () => {
  const fails = (text: string, why: string) =>
    assertRejects(() => runDialogue(text, echo, { patience: 50 }), Error, why);
  await fails(
    "S: hello\nS: more",
    'line 2 of the transcript: expected more, got "", and the server waits for the client',
  );
  await fails("S: hello\nC: a\nclose\nS: a\nS: b", "and the server has ended");
  await fails("S: hello\nC: a", "said more");
  await fails("S: hallo", "line 1 of the transcript: expected hallo, got hello");
  await fails("S: hello {{any}}", "got hello");
  await fails("hello", "is no step");
  await fails("C: {{nobody}}", "neither given nor remembered");
});

Deno.test("dialogue: what the server throws is thrown", async () => {
  await assertRejects(() => runDialogue("S: hello", () => Promise.reject(new Error("broken"))), Error, "broken");
  await assertRejects(
    () =>
      runDialogue("", async ({ reader }) => {
        await reader.readLine(10);
        throw new Error("broken at the end");
      }),
    Error,
    "broken at the end",
  );
});
