/** POP3 against a model of RFC 1939: any commands in any state, split at any octet, and any octets at all. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Header, headerSize } from "../../core/message/header.ts";
import { surrogateHeader } from "../../plugins/protocols/pop3/messages/surrogate.ts";
import { TopCut } from "../../plugins/protocols/pop3/messages/top.ts";
import { latin1, latin1Bytes } from "../../core/wire/ascii.ts";
import { FakeMaildrops } from "../plugins/protocols/pop3/fake_maildrops.ts";
import { mrose, talk, testService } from "../plugins/protocols/pop3/talk.ts";

const bodies = [
  "A: 1\r\n\r\none\r\n.two\r\nthree\r\n",
  "A: 2\n\n.\n..\nend",
  "",
  "no header at all\r\n",
  "A: 5\r\n\r\n\0\xff\xfe\r\n",
];

/** As POP3 sends it, but for the dots. */
function normalized(body: string): string {
  const text = body.replace(/\r\n|\r|\n/g, "\r\n");
  return text === "" || text.endsWith("\r\n") ? text : `${text}\r\n`;
}

function stuffed(text: string): string[] {
  return text.split("\r\n").slice(0, -1).map((line) => line.startsWith(".") ? `.${line}` : line);
}

/** RFC 1939 §7, as one would write it for a text in memory. */
function topOf(text: string, lines: number): string {
  const end = text.startsWith("\r\n") ? 2 : text.indexOf("\r\n\r\n") < 0 ? text.length : text.indexOf("\r\n\r\n") + 4;
  const body = text.slice(end).split("\r\n");
  return text.slice(0, end) + body.slice(0, Math.min(lines, body.length - 1)).map((line) => `${line}\r\n`).join("");
}

/** RFC 1939 in a few lines: what a session must answer. */
class Model {
  #named = false;
  #in = false;
  #deleted = new Set<number>();
  ended = false;
  removed = new Set<number>();

  /** The reply, as far as RFC 1939 says what it is: its first line's beginning, and the lines that follow. */
  answer(command: string): { status: string; lines?: string[] } {
    const [verb = "", first = "", second = ""] = command.split(" ");
    const wasNamed = this.#named;
    this.#named = false;
    if (verb === "QUIT") {
      this.ended = true;
      if (this.#in) this.removed = this.#deleted;
      return { status: "+OK" };
    }
    if (verb === "CAPA") return { status: "+OK", lines: [] };
    if (verb === "NONSENSE") return { status: "-ERR" };
    if (!this.#in) return this.#authorization(verb, first, wasNamed);
    const number = Number(first);
    const isThere = number >= 1 && number <= bodies.length && !this.#deleted.has(number);
    const visible = bodies.map((_body, index) => index + 1).filter((number) => !this.#deleted.has(number));
    const text = normalized(bodies[number - 1] ?? "");
    const refused = { status: "-ERR" };
    switch (verb) {
      case "STAT":
        return { status: `+OK ${visible.length} ${visible.reduce((sum, number) => sum + sizeOf(number), 0)}` };
      case "LIST":
        if (first !== "") return isThere ? { status: `+OK ${number} ${sizeOf(number)}` } : refused;
        return { status: "+OK", lines: visible.map((number) => `${number} ${sizeOf(number)}`) };
      case "UIDL":
        if (first !== "") return isThere ? { status: `+OK ${number} 4294967295.${number}` } : refused;
        return { status: "+OK", lines: visible.map((number) => `${number} 4294967295.${number}`) };
      case "RETR":
        return isThere ? { status: `+OK ${text.length} octet`, lines: stuffed(text) } : refused;
      case "TOP":
        return isThere ? { status: "+OK", lines: stuffed(topOf(text, Number(second))) } : refused;
      case "DELE":
        if (isThere) this.#deleted.add(number);
        return isThere ? { status: "+OK" } : refused;
      case "RSET":
        this.#deleted = new Set();
        return { status: "+OK" };
      case "NOOP":
        return { status: "+OK" };
      default:
        return refused;
    }
  }

  #authorization(verb: string, argument: string, wasNamed: boolean): { status: string } {
    if (verb === "USER") this.#named = true;
    if (verb === "PASS" && wasNamed && argument === "tanstaaf") this.#in = true;
    return { status: verb === "USER" || verb === "UTF8" || this.#in ? "+OK" : "-ERR" };
  }
}

function sizeOf(number: number): number {
  return normalized(bodies[number - 1] ?? "").length;
}

const number = fc.integer({ min: 0, max: bodies.length + 1 });
const login = fc.constantFrom("USER mrose", "PASS tanstaaf", "PASS wrong", "UTF8");
const plain = fc.constantFrom("STAT", "LIST", "UIDL", "NOOP", "RSET", "CAPA", "NONSENSE", "QUIT", "STAT", "LIST");
const numbered = fc.tuple(fc.constantFrom("LIST", "UIDL", "RETR", "DELE", "DELE"), number).map((words) =>
  words.join(" ")
);
const tops = fc.tuple(fc.constant("TOP"), number, fc.nat(6)).map((words) => words.join(" "));
const anything = fc.array(fc.oneof(login, plain, numbered, tops), { maxLength: 30, size: "max" });
const sessions = fc.oneof(
  anything,
  anything.map((commands) => ["USER mrose", "PASS tanstaaf", ...commands]),
);

Deno.test("pop3 fuzz: any commands in any state, split anywhere, are answered as RFC 1939 has it", async () => {
  await fc.assert(
    fc.asyncProperty(sessions, fc.array(fc.nat(600), { maxLength: 8, size: "max" }), async (commands, cuts) => {
      const maildrops = new FakeMaildrops({ [mrose]: bodies });
      const tested = testService({ maildrops, options: { max_errors: 1000 } });
      const input = commands.map((command) => `${command}\r\n`).join("");
      const { lines } = await talk(tested, split(input, cuts));
      const model = new Model();
      let at = 1;
      for (const command of commands) {
        const { status, lines: expected } = model.answer(command);
        assert(lines[at]?.startsWith(status), `${command}: expected ${status}, got ${lines[at]}`);
        at++;
        if (expected !== undefined) {
          const end = lines.indexOf(".", at);
          if (command !== "CAPA") assertEquals(lines.slice(at, end), expected);
          at = end + 1;
        }
        if (model.ended) break;
      }
      assertEquals(lines.slice(at), []);
      assertEquals(maildrops.uids(mrose), [1, 2, 3, 4, 5].filter((uid) => !model.removed.has(uid)));
      assertEquals(maildrops.locked.size, 0);
    }),
    { numRuns: 300 },
  );
});

Deno.test("pop3 fuzz: whatever octets come, every line gets one reply, and nothing is left behind", async () => {
  const octets = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map(latin1),
      fc.constantFrom(
        "USER mrose\r\n",
        "PASS tanstaaf\r\n",
        "APOP a b\r\n",
        "TOP 1 1\r\n",
        "LANG ",
        "\r\n",
        "*\r\n",
        "DELE 1\r\n",
      ),
    ),
    { maxLength: 30, size: "max" },
  );
  await fc.assert(
    fc.asyncProperty(octets, fc.array(fc.nat(600), { maxLength: 5, size: "max" }), async (pieces, cuts) => {
      const maildrops = new FakeMaildrops({ [mrose]: bodies });
      const tested = testService({ maildrops });
      const input = pieces.join("");
      const { lines } = await talk(tested, split(input, cuts));
      const sent = input.split("\r\n").length - 1;
      const answered = lines.filter((line) => /^(?:\+OK|-ERR)(?: |$)/.test(line)).length - 1;
      assert(answered === sent || lines.at(-1) === "-ERR too many errors, goodbye", `${answered} of ${sent}`);
      assertEquals(maildrops.uids(mrose), [1, 2, 3, 4, 5]);
      assertEquals(maildrops.locked.size, 0);
      assert(!tested.log.lines.some((line) => line.startsWith("error")));
    }),
    { numRuns: 300 },
  );
});

Deno.test("pop3 fuzz: TOP is the same however the message is split", () => {
  const texts = fc.array(fc.constantFrom("\r\n", "a", "\r\n\r\n", ".", "b\r\n"), { maxLength: 20 }).map((parts) =>
    `${parts.join("")}\r\n`
  );
  fc.assert(
    fc.property(texts, fc.nat(5), fc.array(fc.nat(40)), (text, lines, cuts) => {
      const cut = new TopCut(lines);
      const kept = split(text, cuts).map((piece) => latin1(cut.push(latin1Bytes(piece)))).join("");
      assertEquals(kept, topOf(text, lines));
    }),
  );
});

Deno.test("pop3 fuzz: a surrogate's header is ASCII, has no field that was not there, and keeps those that were ASCII", () => {
  const name = fc.constantFrom("From", "To", "Subject", "Content-Type", "Content-Disposition", "X-Any", "Received");
  const word = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 12 }),
    fc.constantFrom("<ü@x>", "a@b,", "ä", "\r\n ", ";", 'name="ö"', "text/plain", "(", "=?UTF-8?Q?=C3=A4?=", ":"),
  );
  const value = fc.array(word, { maxLength: 8 }).map((words) =>
    words.join(" ").replace(/[\r\n](?!\n |(?<=\r\n) )/g, "")
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 6 }), (fields) => {
      const header = new TextEncoder().encode(`${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
      const surrogate = latin1(surrogateHeader(header));
      assert(/^[\0-\x7f]*\r\n$/.test(surrogate));
      assertEquals(headerSize(latin1Bytes(surrogate)), surrogate.length);
      const before = new Header(header), after = new Header(latin1Bytes(surrogate));
      const names = before.fields.map(({ key }) => key);
      for (const { key } of after.fields) {
        while (names.length > 0 && names[0] !== key) names.shift();
        assertEquals(names.shift(), key);
      }
      for (const field of before.fields) {
        const raw = latin1(before.raw(field));
        if (/^[\0-\x7f]*$/.test(raw)) assert(surrogate.includes(raw));
      }
    }),
    { numRuns: 1000 },
  );
});

/** The text in pieces, cut at these places. */
function split(text: string, cuts: readonly number[]): string[] {
  const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}
