/** Parts: what is in the message, and what was encoded. */
import { assert, assertEquals } from "@std/assert";
import { encodeBase64Body } from "../../../../core/message/base64.ts";
import { type Body, type BodyId, Refusal, type Storage } from "../../../../core/contract/mod.ts";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import { converse } from "../mail_context.ts";
import { pop4 } from "./serve.ts";

const login = "USER alice\r\nPASS secret\r\n";

/** All that is sent after the login, one character an octet. */
async function answer(message: string, commands: string, before = ""): Promise<string> {
  const { serve } = await pop4({ alice: { INBOX: [message] } });
  const received = await converse(serve, before + login + commands);
  return received.slice(received.indexOf("\r\n", received.indexOf("maildrop has")) + 2);
}

function encoded(content: string, encoding: string): string {
  return `Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${content}`;
}

Deno.test("pop4: DPRT counts octets, whatever they are, and the next reply follows at once", async () => {
  const content = "\0\xff.\r\n.\r\nno line end";
  const sent = await answer(encoded(encodeBase64Body(latin1Bytes(content)), "base64"), "DPRT 1 1\r\nNOOP\r\n");
  assertEquals(sent, `+OK ${content.length}\r\n${content}+OK\r\n`);
  assertEquals(await answer(encoded("", "base64"), "DPRT 1 1\r\nNOOP\r\n"), "+OK 0\r\n+OK\r\n");
});

Deno.test("pop4: a part of any size is sent whole", async () => {
  const content = latin1(Uint8Array.from({ length: 400_000 }, (_, index) => (index * 7 + (index >> 8)) % 256));
  const sent = await answer(encoded(encodeBase64Body(latin1Bytes(content)), "base64"), "DPRT 1 1\r\nNOOP\r\n");
  assertEquals(sent === `+OK 400000\r\n${content}+OK\r\n`, true);
  const raw = encoded(".line\r\n".repeat(50_000), "7bit");
  const whole = await answer(raw, "RPRT 1 0\r\nNOOP\r\n");
  assertEquals(whole === `+OK\r\n${raw.replaceAll(/^\./gm, "..")}.\r\n+OK\r\n`, true);
});

Deno.test("pop4: what is encoded in an unknown way is sent raw, and not decoded", async () => {
  const sent = await answer(encoded("?\r\n", "x-odd"), "DPRT 1 1\r\nRPRT 1 1\r\nDPRT 1 0\r\n");
  const message = encoded("?\r\n", "x-odd");
  assertEquals(
    sent,
    "-ERR [PART/ENCODING] the encoding of the part is not known, it can be fetched raw\r\n" +
      `+OK\r\n${message}.\r\n+OK ${message.length}\r\n${message}`,
  );
});

Deno.test("pop4: the message in a message, and its parts", async () => {
  const inner = "Subject: inner\r\n\r\nbody\r\n";
  const message =
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${inner}\r\n--b--\r\n`;
  assertEquals(
    await answer(
      message,
      ["DPRT 1 1.0", "DPRT 1 1", "DPRT 1 1.1", "RPRT 1 1.1", "DPRT 1 1.1.0", "RPRT 1 2", ""].join("\r\n"),
    ),
    `+OK ${inner.length}\r\n${inner}+OK ${inner.length}\r\n${inner}+OK 6\r\nbody\r\n+OK\r\n${inner}.\r\n` +
      "-ERR [PART/MISSING] the message has no such part\r\n".repeat(2),
  );
});

Deno.test("pop4: RFC 6856 §2.1: a part with UTF-8 in its header is presented as a message would be", async () => {
  const header = "Content-Type: text/plain\r\nContent-Description: \xc3\xbc\r\n";
  const message = `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n${header}\r\ntext\r\n--b--\r\n`;
  const surrogate = await answer(message, "RPRT 1 1\r\n");
  assertEquals(/[\x80-\xff]/.test(surrogate), false, surrogate);
  assertEquals(await answer(message, "RPRT 1 1\r\n", "UTF8\r\n"), `+OK\r\n${header}\r\ntext\r\n.\r\n`);
});

Deno.test("pop4: lines are sent with CRLF, as RETR does, and decoded as they are", async () => {
  const message = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n.a\nb\n--b--\n";
  assertEquals(
    await answer(message, "RPRT 1 1\r\nDPRT 1 1\r\nNOOP\r\n"),
    "+OK\r\n\r\n..a\r\nb\r\n.\r\n+OK 4\r\n.a\nb+OK\r\n",
  );
});

Deno.test("pop4: a part of a message that another session has removed is gone, and only that", async () => {
  const wrap = (storage: Storage) =>
    new Proxy(storage, {
      get(storage, name) {
        if (name === "summary") return () => Promise.reject(new Refusal("not-found", "there is no such body"));
        const value = Reflect.get(storage, name);
        return typeof value === "function" ? value.bind(storage) : value;
      },
    });
  const server = await pop4({ alice: { INBOX: ["a\r\n"] }, wrap });
  const gone = "-ERR [SYS/TEMP] message 1 has been removed by another session";
  assertEquals(await server.say("LPRT 1\r\nRPRT 1 1\r\nDPRT 1 1\r\nDELE 1\r\nLPRT 1\r\nLPRT 2\r\nLPRT 0\r\n"), [
    ...[gone, gone, gone, "+OK message 1 deleted", "-ERR message 1 already deleted"],
    ...Array(2).fill("-ERR no such message, only 1 message in maildrop"),
  ]);
});

Deno.test("pop4: a part that cannot be read to its end ends the session, for its rest would be taken for replies", async () => {
  const wrap = (storage: Storage) =>
    new Proxy(storage, {
      get(storage, name) {
        const value = Reflect.get(storage, name);
        if (name !== "openBody") return typeof value === "function" ? value.bind(storage) : value;
        return async (id: BodyId): Promise<Body> => {
          const body = await storage.openBody(id);
          const read = (start: number, end: number) =>
            start < 300_000 ? body.read(start, end) : Promise.reject(new Error("the disk is gone"));
          return { size: body.size, read };
        };
      },
    });
  const message = `Subject: large\r\n\r\n${"a line\r\n".repeat(60_000)}`;
  // What is decoded has been read once before, to count it: nothing has been said then.
  const counted = await pop4({ alice: { INBOX: [message] }, wrap });
  assertEquals(await counted.say("DPRT 1 1\r\nNOOP\r\n"), ["-ERR [SYS/TEMP] local error, try again later", "+OK"]);
  for (const command of ["DPRT 1 0", "RPRT 1 1"]) {
    const server = await pop4({ alice: { INBOX: [message] }, wrap });
    const lines = await server.say(`${command}\r\nNOOP\r\n`);
    assertEquals(lines.slice(1).filter((line) => line.startsWith("+OK") || line === "."), [], command);
    assert(server.log.lines.some((line) => line.startsWith("error a reply was left unfinished")), command);
    assert(await server.isUnlocked());
  }
});
