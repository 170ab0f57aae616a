/** Security contexts without Kerberos: tokens are texts, and what is sealed can be read. */
import { parsePrincipal } from "../../../core/kerberos/principal.ts";
import type { ContextStep, SecurityContext } from "../../../core/kerberos/security_context.ts";
import { concat } from "../../../core/message/bytes.ts";
import { decodeUtf8, encodeUtf8 } from "../../../core/wire/utf8.ts";

/** How a context is. */
export interface FakeContextSettings {
  /** What the server has to say to a ticket; empty where the client wants no proof of it. */
  readonly token?: string;
  readonly hasIntegrity?: boolean;
  readonly hasConfidentiality?: boolean;
}

/** Octets that sealing adds. */
const sealOctets = 2;

/** What a sealed message looks like: `S` or `E`, a number, the message. */
export function seal(plain: Uint8Array | string, isEncrypted = false, number = 0): Uint8Array {
  const octets = typeof plain === "string" ? encodeUtf8(plain) : plain;
  return concat([Uint8Array.of(isEncrypted ? 0x45 : 0x53, number), octets]);
}

/** One context. A client's token is `ticket of NAME`, `more` (and then the ticket), or one that is refused. */
export class FakeContext implements SecurityContext {
  /** How often it was freed. */
  freed = 0;
  readonly #settings: FakeContextSettings;
  #received = 0;
  #sent = 0;

  constructor(settings: FakeContextSettings = {}) {
    this.#settings = settings;
  }

  accept(token: Uint8Array): Promise<ContextStep> {
    const { token: answer = "", hasIntegrity = true, hasConfidentiality = true } = this.#settings;
    const text = decodeUtf8(token) ?? "";
    if (text === "unreadable keytab") return Promise.reject(new Error("the keytab cannot be read"));
    if (text === "more") return Promise.resolve({ state: "continues", token: encodeUtf8("go on") });
    const client = parsePrincipal(/^ticket of (.*)$/.exec(text)?.[1] ?? "");
    if (client === undefined) return Promise.resolve({ state: "refused", isExpired: text === "old ticket", why: "no" });
    return Promise.resolve({
      ...{ state: "established", token: encodeUtf8(answer), client, hasIntegrity, hasConfidentiality },
    });
  }

  wrap(plain: Uint8Array, isEncrypted: boolean): Uint8Array {
    return seal(plain, isEncrypted, this.#sent++);
  }

  unwrap(sealed: Uint8Array): { readonly plain: Uint8Array; readonly isEncrypted: boolean } {
    const [kind, number, ...plain] = sealed;
    if ((kind !== 0x45 && kind !== 0x53) || number !== this.#received) throw new Error("not intact");
    this.#received++;
    return { plain: Uint8Array.from(plain), isEncrypted: kind === 0x45 };
  }

  largestPlain(sealedSize: number): number {
    return Math.max(0, sealedSize - sealOctets);
  }

  [Symbol.dispose](): void {
    this.freed++;
  }
}
