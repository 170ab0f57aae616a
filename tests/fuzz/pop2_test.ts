/** POP2 against a model of RFC 937's decision table, and any octets from the first one on. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { latin1 } from "../../core/wire/ascii.ts";
import { printWord, readCommandLine, readWords } from "../../plugins/protocols/pop2/arguments.ts";
import { converse } from "../plugins/protocols/mail_context.ts";
import { pop2 } from "../plugins/protocols/pop2/serve.ts";

const messages = ["A: 1\r\n\r\none\r\n", "", "A: 3\r\n\r\n=7 no reply\r\n+ OK\r\n"];

Deno.test("pop2 fuzz: words are what they were once they are quoted and read again", () => {
  const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter((text) => !/\p{Cc}/u.test(text));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), (words) => {
      assertEquals(readWords(words.map(printWord).join(" ")), words);
      const line = new TextEncoder().encode(["HELO", ...words.map(printWord)].join(" "));
      assertEquals(readCommandLine(line), { keyword: "HELO", words });
    }),
  );
});

Deno.test("pop2 fuzz: any octets as a line give words or nothing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (line) => {
      const read = readCommandLine(line);
      if (read !== undefined) {
        assert([read.keyword, ...read.words].every((word) => word !== "" && !/\p{Cc}/u.test(word)));
      }
    }),
    { numRuns: 1000 },
  );
});

/** RFC 937, Server Decision Table. */
class Model {
  state: "mbox" | "item" | "next" | "done" = "mbox";
  current = 1;
  readonly marked = new Set<number>();
  removed = new Set<number>();

  /** All that is sent in answer. */
  answer(command: string): string {
    const [verb = "", argument] = command.split(" ");
    const isIdle = this.state === "mbox" || this.state === "item";
    if (verb === "READ" && isIdle) return this.#tell(argument === undefined ? this.current : Number(argument));
    if (verb === "QUIT" && isIdle) {
      this.removed = this.marked;
      this.state = "done";
      return "+ OK, bye, bye\r\n";
    }
    if (verb === "RETR" && this.state === "item") {
      const text = this.#text(this.current);
      this.state = text === "" ? "done" : "next";
      return text;
    }
    if (this.state === "next" && ["ACKS", "ACKD", "NACK"].includes(verb)) {
      if (verb === "ACKD") this.marked.add(this.current);
      return this.#tell(verb === "NACK" ? this.current : this.current + 1);
    }
    this.state = "done";
    return "- error\r\n";
  }

  #text(number: number): string {
    return this.marked.has(number) ? "" : messages[number - 1] ?? "";
  }

  #tell(number: number): string {
    this.current = number;
    this.state = "item";
    const size = this.#text(number).length;
    const text = size > 0 ? ` characters in message ${number}` : number > messages.length ? " no more messages" : "";
    return `=${size}${text}\r\n`;
  }
}

const command = fc.oneof(
  fc.constantFrom("READ", "RETR", "RETR", "ACKS", "ACKD", "NACK", "QUIT", "NONSENSE"),
  fc.nat(4).map((number) => `READ ${number}`),
);
/** Ways that go on for a while, and others. */
const round = fc.tuple(fc.nat(4), fc.constantFrom("ACKS", "ACKD", "NACK")).map(([number, end]) => [
  `READ ${number}`,
  "RETR",
  end,
]);
const dialogues = fc.tuple(fc.array(round, { maxLength: 5 }), fc.array(command, { maxLength: 8 }))
  .map(([rounds, commands]) => [...rounds.flat(), ...commands]);

Deno.test("pop2 fuzz: any commands, split anywhere, are answered as RFC 937's decision table has it", async () => {
  await fc.assert(
    fc.asyncProperty(dialogues, fc.array(fc.nat(100), { maxLength: 4 }), async (commands, cuts) => {
      const { serve, content, isUnlocked } = await pop2({ mail: { INBOX: messages } });
      const input = ["HELO smith secret", ...commands].map((command) => `${command}\r\n`).join("");
      const places = [0, ...cuts.filter((cut) => cut < input.length).sort((a, b) => a - b), input.length];
      const pieces = places.slice(1).map((end, index) => input.slice(places[index], end));
      const model = new Model();
      let expected = "+ POP2 ISI-VAXA.ARPA server ready\r\n#3 messages in your mailbox\r\n";
      for (const command of commands) if (model.state !== "done") expected += model.answer(command);
      assertEquals(await converse(serve, pieces), expected);
      const left = messages.filter((_message, index) => !model.removed.has(index + 1));
      assertEquals([await content(), await isUnlocked()], [left, true]);
    }),
    { numRuns: 300 },
  );
});

Deno.test("pop2 fuzz: whatever octets come, mail stays and is unlocked, and nothing fails", async () => {
  const octets = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map(latin1),
      fc.constantFrom(
        "HELO smith secret\r\n",
        "HELO ",
        "\\",
        "FOLD ",
        "READ\r\n",
        "RETR\r\n",
        "ACKD\r\n",
        "\r\n",
        "\n",
      ),
    ),
    { maxLength: 20, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(octets, async (pieces) => {
      const { serve, content, isUnlocked, log } = await pop2({ mail: { INBOX: messages } });
      const received = await converse(serve, pieces, { log });
      assert(received.startsWith("+ POP2 "));
      // Nothing here says QUIT, and FOLD of what is not there may release what was deleted.
      if (!pieces.join("").includes("ACKD")) assertEquals(await content(), messages);
      assertEquals(await isUnlocked(), true);
      assert(!log.lines.some((line) => line.startsWith("error")), log.lines.join("\n"));
    }),
    { numRuns: 300 },
  );
});
