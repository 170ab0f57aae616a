import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import * as fc from "fast-check";
import { createCipher } from "../../../plugins/auth/digest_md5/ciphers.ts";
import type { CipherName } from "../../../plugins/auth/digest_md5/directives.ts";
import { createSecurityLayer, type DigestLayer } from "../../../plugins/auth/digest_md5/security_layer.ts";
import { sealingKey, sign, trailer } from "./digest_md5_client.ts";

const session = createHash("md5").update("a session").digest();
const ciphers: readonly (CipherName | undefined)[] = [undefined, "3des", "des", "rc4", "rc4-56", "rc4-40"];
const octetsOf = { "3des": 16, "des": 16, "rc4": 16, "rc4-56": 7, "rc4-40": 5 } as const;

/** A client's side of a layer, by the letter of RFC 2831 §2.3 and §2.4. */
class Client {
  readonly #cipher: CipherName | undefined;
  readonly #encrypt: (data: Buffer) => Buffer;
  readonly #decrypt: (data: Buffer) => Buffer;
  #sent = 0;
  #received = 0;

  constructor(cipher: CipherName | undefined) {
    this.#cipher = cipher;
    this.#encrypt = cipher === undefined ? (data) => data : clientCipher(cipher, "client");
    this.#decrypt = cipher === undefined ? (data) => data : clientCipher(cipher, "server");
  }

  seal(text: string): Uint8Array {
    const mac = sign(session, "client", this.#sent, text);
    const size = 8 - (text.length + 10) % 8;
    const padding = this.#cipher?.endsWith("des") ? Buffer.alloc(size, size) : Buffer.alloc(0);
    const body = this.#encrypt(Buffer.concat([Buffer.from(text, "latin1"), padding, mac]));
    return new Uint8Array(Buffer.concat([body, trailer(this.#sent++)]));
  }

  open(sealed: Uint8Array): string {
    const octets = Buffer.from(sealed);
    assertEquals(octets.subarray(-6), trailer(this.#received));
    const body = this.#decrypt(octets.subarray(0, -6));
    const padding = this.#cipher?.endsWith("des") ? body.at(-11) ?? 0 : 0;
    const text = body.subarray(0, body.length - 10 - padding).toString("latin1");
    assertEquals(body.subarray(-10), sign(session, "server", this.#received++, text));
    return text;
  }
}

/** RC4 from its description; DES by its own vectors below, so here as the runtime has it. */
function clientCipher(name: CipherName, direction: "client" | "server"): (data: Buffer) => Buffer {
  const key = sealingKey(session, direction, octetsOf[name]);
  if (name.startsWith("rc4")) {
    const s = [...Array(256).keys()];
    let [i, j] = [0, 0];
    const swap = () => [s[i], s[j]] = [s[j] ?? 0, s[i] ?? 0];
    for (; i < 256; i++) {
      j = (j + (s[i] ?? 0) + (key[i % 16] ?? 0)) % 256;
      swap();
    }
    [i, j] = [0, 0];
    return (data) =>
      Buffer.from(data.map((octet) => {
        i = (i + 1) % 256;
        j = (j + (s[i] ?? 0)) % 256;
        swap();
        return octet ^ (s[((s[i] ?? 0) + (s[j] ?? 0)) % 256] ?? 0);
      }));
  }
  const [a, b] = [spread(key.subarray(0, 7)), spread(key.subarray(7, 14))];
  const desKey = Buffer.concat(name === "3des" ? [a, b, a] : [a, a, a]);
  let vector = key.subarray(8);
  return (data) => {
    const cipher = direction === "client"
      ? createCipheriv("des-ede3-cbc", desKey, vector)
      : createDecipheriv("des-ede3-cbc", desKey, vector);
    cipher.setAutoPadding(false);
    const output = Buffer.concat([cipher.update(data), cipher.final()]);
    vector = Buffer.from((direction === "client" ? output : data).subarray(-8));
    return output;
  };
}

/** Seven octets as eight groups of seven bits, each above a bit of parity. */
function spread(seven: Buffer): Buffer {
  const bits = [...seven].map((octet) => octet.toString(2).padStart(8, "0")).join("");
  return Buffer.from((bits.match(/.{7}/g) ?? []).map((group) => parseInt(`${group}0`, 2)));
}

function layer(cipher: CipherName | undefined, peerMaxbuf = 65_536): DigestLayer {
  const common = { sessionKey: new Uint8Array(session), ownMaxbuf: 65_536, peerMaxbuf };
  return createSecurityLayer(cipher === undefined ? common : { ...common, cipher });
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
const text = (octets: Uint8Array) => Buffer.from(octets).toString("latin1");

for (const cipher of ciphers) {
  const name = cipher ?? "auth-int";

  Deno.test(`digest-md5 layers: RFC 2831 §2.3, §2.4: ${name}: an independent client reads and is read`, () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.string({ maxLength: 70 })), { maxLength: 20 }), (said) => {
      const [server, client] = [layer(cipher), new Client(cipher)];
      for (const [isServer, line] of said) {
        if (isServer) assertEquals(client.open(server.wrap(bytes(line))), line);
        else assertEquals(text(server.unwrap(client.seal(line))), line);
      }
    }));
  });

  Deno.test(`digest-md5 layers: ${name}: what was changed anywhere is refused`, () => {
    const sealed = new Client(cipher).seal("STAT\r\n");
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      assertThrows(() => layer(cipher).unwrap(changed), Error, "not intact");
    }
    for (let length = 0; length < sealed.length; length++) {
      assertThrows(() => layer(cipher).unwrap(sealed.subarray(0, length)), Error, "not intact");
    }
    assertEquals(text(layer(cipher).unwrap(sealed)), "STAT\r\n");
  });

  Deno.test(`digest-md5 layers: ${name}: a packet too short for its MAC, or of no whole blocks, is refused`, () => {
    for (const length of [0, 1, 9, 15, 17]) {
      const sealed = Uint8Array.of(...new Uint8Array(length), ...trailer(0));
      assertThrows(() => layer(cipher).unwrap(sealed), Error, "not intact");
    }
  });

  Deno.test(`digest-md5 layers: ${name}: what is repeated, left out or out of turn is refused`, () => {
    const client = new Client(cipher);
    const packets = ["one", "two", "three"].map((line) => client.seal(line));
    const [one = new Uint8Array(0), two = one, three = one] = packets;
    const repeated = layer(cipher);
    repeated.unwrap(one);
    assertThrows(() => repeated.unwrap(one), Error, "not intact");
    assertThrows(() => layer(cipher).unwrap(two), Error, "not intact");
    const gap = layer(cipher);
    gap.unwrap(one);
    assertThrows(() => gap.unwrap(three), Error, "not intact");
    // A packet of the server, sent back to it.
    const server = layer(cipher);
    assertThrows(() => server.unwrap(server.wrap(bytes("one"))), Error, "not intact");
  });

  Deno.test(`digest-md5 layers: ${name}: the largest packet fits the client's buffer, a larger one is refused`, () => {
    const server = layer(cipher, 100);
    assert(server.wrap(new Uint8Array(server.maximumOutput)).length <= 100);
    assertThrows(() => server.wrap(new Uint8Array(server.maximumOutput + 1)), RangeError);
  });
}

Deno.test("digest-md5 layers: RFC 2831 §2.4: padding of other octets than their number is refused", () => {
  const packet = (padding: readonly number[]) => {
    const body = Buffer.concat([Buffer.from("x"), Buffer.from(padding), sign(session, "client", 0, "x")]);
    return new Uint8Array(Buffer.concat([clientCipher("3des", "client")(body), trailer(0)]));
  };
  assertEquals(text(layer("3des").unwrap(packet([5, 5, 5, 5, 5]))), "x");
  for (const padding of [[1, 5, 5, 5, 5], [0, 0, 0, 0, 0], [9, 9, 9, 9, 9], [5, 5, 5, 5, 4]]) {
    assertThrows(() => layer("3des").unwrap(packet(padding)), Error, "not intact");
  }
});

Deno.test("digest-md5 layers: RC4 has the stream of RFC 6229 §2", () => {
  const key = Uint8Array.from({ length: 16 }, (_, at) => at + 1);
  const stream = createCipher("rc4", key, "encrypt").apply(new Uint8Array(32));
  assertEquals(
    Buffer.from(stream).toString("hex"),
    "9ac7cc9a609d1ef7b2932899cde41b975248c4959014126a6e8a84f11d1a9e1c",
  );
});

Deno.test("digest-md5 layers: DES is that of FIPS 46, one key thrice", () => {
  // Key 133457799BBCDFF1 with parity, without: 12695BC9B7B7F8; the vector is zero.
  const key = Uint8Array.from([0x12, 0x69, 0x5b, 0xc9, 0xb7, 0xb7, 0xf8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const encrypted = createCipher("des", key, "encrypt").apply(new Uint8Array(Buffer.from("0123456789abcdef", "hex")));
  assertEquals(Buffer.from(encrypted).toString("hex"), "85e813540f0ab405");
});
