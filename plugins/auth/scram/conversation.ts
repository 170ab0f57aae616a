/**
 * SCRAM (RFC 5802, RFC 7677): both sides prove that they know keys made from the password, and neither sends them.
 *
 * - A user that is not there gets a salt like everybody: always the same for the same name, so that asking twice tells
 *   nothing, and made with a key that nobody knows.
 * - A client whose list of mechanisms was shortened on its way here is told, by its own "y" (§6).
 */
import { createHash, createHmac, randomBytes } from "node:crypto";
import type { AuthOutcome, ChannelBinding, ExchangeRequest, ScramSecret } from "../../../core/contract/mod.ts";
import { encodeBase64 } from "../../../core/message/base64.ts";
import { concat } from "../../../core/message/bytes.ts";
import { equalInConstantTime } from "../../../core/sasl/constant_time.ts";
import { prepareQuery } from "../../../core/sasl/saslprep.ts";
import { type ScramHash, scramIterations, scramSaltLength } from "../../../core/sasl/scram_keys.ts";
import { decodeUtf8, encodeUtf8 } from "../../../core/wire/utf8.ts";
import { type BindingFlag, parseClientFinal, parseClientFirst } from "./messages.ts";

/** What a conversation is held with. */
export interface ScramParts {
  /** Of the mechanism. */
  readonly hash: ScramHash;
  /** Types of channel binding that may be used. */
  readonly bindings: readonly ChannelBinding[];
  /** Makes the salts of users that are not there. */
  readonly saltSecret: Uint8Array;
  /** The server's part of the nonce: printable, without commas, never the same twice. */
  freshNonce(): string;
}

/** RFC 5802 §7: 144 bits in Base64, which are printable and hold no comma. */
export function freshNonce(): string {
  return encodeBase64(randomBytes(18));
}

const schemes = { sha1: "scram-sha-1", sha256: "scram-sha-256", sha512: "scram-sha-512" } as const;

/** The conversation. */
export async function* scram(
  request: ExchangeRequest,
  parts: ScramParts,
): AsyncGenerator<Uint8Array, AuthOutcome, Uint8Array> {
  const first = parseClientFirst(decodeUtf8(request.firstResponse ?? new Uint8Array(0)) ?? "");
  if (first === undefined) return malformed;
  const bindingData = bindingDataOf(first.binding, request, parts.bindings);
  // RFC 5802 §5.1: a name that cannot be prepared fails.
  const login = prepareQuery(first.username);
  if (bindingData === undefined || !login) return refused;

  // Made for everybody: how long it takes does not tell who has an account.
  const stranger = strangersSecret(login, request.domain, parts);
  const known = await request.secret(login, schemes[parts.hash]);
  const secret = known ?? stranger;
  const nonce = first.nonce + parts.freshNonce();
  const serverFirst = `r=${nonce},s=${encodeBase64(secret.salt)},i=${secret.iterations}`;
  const final = parseClientFinal(decodeUtf8(yield encodeUtf8(serverFirst)) ?? "");
  if (final === undefined) return malformed;
  // RFC 5802 §5.1: another nonce is another exchange's: what is proven by it was heard before.
  if (final.nonce !== nonce) return failed("other-error");

  const expectedInput = concat([encodeUtf8(first.gs2Header), bindingData]);
  if (!equalInConstantTime(final.bindingInput, expectedInput)) return failed("channel-bindings-dont-match");

  const authMessage = `${first.bare},${serverFirst},${final.withoutProof}`;
  const isProven = provesKey(parts.hash, secret.storedKey, authMessage, final.proof);
  const signature = createHmac(parts.hash, secret.serverKey).update(authMessage).digest();
  // RFC 5802 §7: "the server may substitute the real reason": an unknown user is not told from a wrong password.
  if (known === undefined || !isProven) return failed("invalid-proof");
  return {
    status: "success",
    account: known.account,
    ...(first.authorizeAs === undefined ? {} : { authorizeAs: first.authorizeAs }),
    finalData: encodeUtf8(`v=${encodeBase64(signature)}`),
  };
}

const malformed: AuthOutcome = { status: "failure", reason: "malformed" };
/** What is well said and does not hold, before the server's last message. */
const refused: AuthOutcome = { status: "failure", reason: "credentials" };

/** RFC 5802 §5.1: the server says why in its last message. */
function failed(error: "invalid-proof" | "channel-bindings-dont-match" | "other-error"): AuthOutcome {
  return { status: "failure", reason: "credentials", finalData: encodeUtf8(`e=${error}`) };
}

/** What the client's channel must bind to, empty for none; undefined where what it says cannot be. */
function bindingDataOf(
  flag: BindingFlag,
  request: ExchangeRequest,
  bindings: readonly ChannelBinding[],
): Uint8Array | undefined {
  const isPlus = request.mechanism.endsWith("-PLUS");
  // RFC 5802 §6: "-PLUS" and "p=" belong together.
  if (isPlus !== (flag.kind === "p")) return undefined;
  // RFC 5802 §6: it was offered, so somebody took the offer away.
  if (flag.kind === "y" && request.plusOffered) return undefined;
  if (flag.kind !== "p") return new Uint8Array(0);
  const type = bindings.find((name) => name === flag.type);
  return type === undefined ? undefined : request.channelBinding(type);
}

/** RFC 5802 §3: StoredKey is H(ClientKey), and ClientKey is what the proof hides. */
function provesKey(hash: ScramHash, storedKey: Uint8Array, authMessage: string, proof: Uint8Array): boolean {
  const clientSignature = createHmac(hash, storedKey).update(authMessage).digest();
  if (proof.length !== clientSignature.length) return false;
  const clientKey = proof.map((octet, at) => octet ^ (clientSignature[at] ?? 0));
  return equalInConstantTime(createHash(hash).update(clientKey).digest(), storedKey);
}

/** Like a user's, but nobody can prove it: `login` and `login@domain` are one user here too. */
function strangersSecret(
  login: string,
  domain: string,
  { hash, saltSecret }: ScramParts,
): Omit<ScramSecret, "account"> {
  const name = (login.includes("@") ? login : `${login}@${domain}`).toLowerCase();
  const made = createHmac("sha512", saltSecret).update(`${hash} ${name}`).digest();
  const key = new Uint8Array(createHash(hash).digest());
  return { salt: made.subarray(0, scramSaltLength), iterations: scramIterations, storedKey: key, serverKey: key };
}
