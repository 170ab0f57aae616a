/** What is done for a login that nobody has, or whose account a mechanism cannot serve, is what is done for a wrong password. */
import { assert, assertEquals } from "@std/assert";
import { createDecipheriv, createHash, createHmac } from "node:crypto";
import type { Storage } from "../../../../core/contract/storage.ts";
import { encodeUtf8 } from "../../../../core/wire/utf8.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { fakeConnection } from "../../../support/fake_connection.ts";
import { testAuthentication } from "../../../support/test_directory.ts";
import { allSchemes, openTestDirectory } from "./open_directory.ts";

/** What was asked of the storage and of cryptography, in its order, and how often an account was found. */
interface Work {
  readonly steps: string[];
  found: number;
}

/** Records what cryptography is asked for, until it is disposed of. */
function recordCrypto(work: Work): Disposable {
  const made = [
    createHash("md5"),
    createHmac("md5", "key"),
    createDecipheriv("aes-256-gcm", new Uint8Array(32), new Uint8Array(12)),
  ];
  const restore = made.map((one) => {
    const prototype = Object.getPrototypeOf(one);
    const last = "digest" in one ? "digest" : "final";
    const original = prototype[last];
    prototype[last] = function (...parts: unknown[]) {
      work.steps.push(`${prototype.constructor.name} ${last}`);
      return original.apply(this, parts);
    };
    return () => prototype[last] = original;
  });
  return { [Symbol.dispose]: () => restore.forEach((one) => one()) };
}

/** A storage that records what is read of accounts. */
function recorded(storage: Storage, work: Work): Storage {
  const reads = new Set(["accountByAddress", "account", "accounts", "alias"]);
  return new Proxy(storage, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...parts: unknown[]) => {
        if (!reads.has(String(name))) return member.apply(target, parts);
        work.steps.push(String(name));
        const found = await member.apply(target, parts);
        if (found !== undefined) work.found++;
        return found;
      };
    },
  });
}

const digest = "0".repeat(32);

/** What a client that knows no password answers a challenge. */
const guesses: Readonly<Record<string, (login: string, challenge: string) => string>> = {
  "CRAM-MD5": (login) => `${login} ${digest}`,
  "APOP": (login) => `${login} ${digest}`,
  "DIGEST-MD5": (login, challenge) => {
    const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1];
    return `username="${login}",realm="mail.example.org",nonce="${nonce}",nc=00000001,cnonce="x",qop=auth,` +
      `digest-uri="pop/mail.example.org",response=${digest}`;
  },
  "SCRAM-SHA-1": scramGuess(20),
  "SCRAM-SHA-256": scramGuess(32),
  "SCRAM-SHA-512": scramGuess(64),
};

function scramGuess(length: number): (login: string, challenge: string) => string {
  return (_login, challenge) => `c=biws,${/r=[^,]+/.exec(challenge)?.[0]},p=${new Uint8Array(length).toBase64()}`;
}

for (const [mechanism, guess] of Object.entries(guesses)) {
  Deno.test(`same work: ${mechanism}: a login that nobody has, or that cannot be served, costs what a wrong password does`, async () => {
    const work: Work = { steps: [], found: 0 };
    const storage = recorded(memoryStorage(), work);
    const opened = await openTestDirectory({ needed: allSchemes, storage });
    try {
      await opened.admin.add("known@example.org", "a password");
      await opened.admin.add("other@example.org", "a password");
      // Of this one nothing is kept but its hash, as when it was added before the mechanisms were configured.
      const { id, secrets: { scrypt = "" } = {} } = await storage.accountByAddress("other@example.org") ?? {};
      assert(id !== undefined);
      await storage.changeAccounts([{ do: "setSecrets", account: id, secrets: { scrypt } }]);
      const authentication = testAuthentication(opened.directory, { cleartextAuth: true, storage });

      const refuse = async (login: string): Promise<Work> => {
        work.steps.length = work.found = 0;
        using _crypto = recordCrypto(work);
        const first = mechanism.startsWith("SCRAM") ? encodeUtf8(`n,,n=${login},r=abc`) : undefined;
        await using exchange = await authentication.begin(mechanism, fakeConnection().connection, "pop", first);
        assert(exchange.step.state === "challenge");
        let step = await exchange.respond(encodeUtf8(guess(login, new TextDecoder().decode(exchange.step.data))));
        if (step.state === "challenge") step = await exchange.respond(new Uint8Array());
        assertEquals(step, { state: "refused", reason: "credentials" });
        return { steps: [...work.steps], found: work.found };
      };

      await refuse("known@example.org");
      const wrong = await refuse("known@example.org");
      assert(wrong.steps.some((step) => /digest|final/.test(step)) && wrong.found > 0, JSON.stringify(wrong));
      for (const login of ["nobody@example.org", "nobody", "other@example.org", "other"]) {
        assertEquals(await refuse(login), wrong, login);
      }
    } finally {
      await opened.close();
    }
  });
}
