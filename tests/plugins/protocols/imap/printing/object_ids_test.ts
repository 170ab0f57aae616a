import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import type { BodyId, MailboxId } from "../../../../../core/contract/mod.ts";
import { summarize } from "../../../../../core/message/summary.ts";
import {
  emailObjectId,
  mailboxObjectId,
  threadObjectId,
} from "../../../../../plugins/protocols/imap/printing/object_ids.ts";
import { octets } from "../../../../core/message/corpus.ts";

/** RFC 8474 §7. */
const objectId = /^[A-Za-z0-9_-]{1,255}$/;

function threadOf(body: string, ...header: readonly string[]): string {
  return threadObjectId(summarize(octets(`${header.join("\r\n")}\r\n\r\n`)), body as BodyId);
}

Deno.test("RFC 8474 §5.3: the example: an answer is in the thread of its question, another message is not", () => {
  const first = threadOf("1", "Subject: Message A", "Message-ID: <fake.1521475657.54797@example.com>");
  const answer = threadOf(
    "2",
    "Subject: Re: Message A",
    "Message-ID: <fake.1521475657.21213@example.org>",
    "References: <fake.1521475657.54797@example.com>",
  );
  const other = threadOf("3", "Subject: Message C", "Message-ID: <fake.1521475657.60280@example.com>");
  assertEquals(answer, first);
  assertNotEquals(other, first);
});

Deno.test("RFC 8474 §5.2: the oldest reference decides, or In-Reply-To, or the message itself", () => {
  const root = threadOf("1", "Message-ID: <a@x>");
  assertEquals(threadOf("2", "References: <a@x> <b@x>", "In-Reply-To: <b@x>", "Message-ID: <c@x>"), root);
  assertEquals(threadOf("3", "In-Reply-To: <a@x>", "Message-ID: <d@x>"), root);
  assertEquals(threadOf("4", 'In-Reply-To: <"a"@x>'), root);
  assertNotEquals(threadOf("5", "Message-ID: <A@x>"), root);
});

Deno.test("RFC 8474 §5.2: messages without identifiers are threads of their own, copies the same one", () => {
  assertEquals(threadOf("7", "Subject: x"), threadOf("7", "Subject: x"));
  assertNotEquals(threadOf("7", "Subject: x"), threadOf("8", "Subject: x"));
});

Deno.test("RFC 8474 §5.1: copies share their body, and so EMAILID", () => {
  assertEquals(emailObjectId("17" as BodyId), emailObjectId("17" as BodyId));
  assertNotEquals(emailObjectId("17" as BodyId), emailObjectId("18" as BodyId));
});

Deno.test("RFC 8474 §7 and §8.1: identifiers are of the alphabet, begin with a letter and do not differ by case only", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ minLength: 200, maxLength: 400 })), (text) => {
    const ids = [emailObjectId(text as BodyId), threadOf(text, `Message-ID: <${text}@x>`)];
    for (const id of ids) {
      assert(objectId.test(id), id);
      assert(/^[A-Z]/.test(id), id);
    }
    // RFC 8474 §5.2: never one for both.
    assertNotEquals(ids[0], ids[1]);
    assertNotEquals(
      emailObjectId(`${text}a` as BodyId).toLowerCase(),
      emailObjectId(`${text}A` as BodyId).toLowerCase(),
    );
  }));
  assertEquals(mailboxObjectId(12 as MailboxId), "F12");
});
