/** SCRAM's messages (RFC 5802 §7), strictly. */
import { decodeStrictBase64 } from "../../../core/sasl/strict_base64.ts";
import { encodeUtf8 } from "../../../core/wire/utf8.ts";

/** RFC 5801 §4: what a client says of channel binding. */
export type BindingFlag =
  /** It cannot. */
  | { readonly kind: "n" }
  /** It could, but believes that the server cannot. */
  | { readonly kind: "y" }
  /** It does, by this type. */
  | { readonly kind: "p"; readonly type: string };

/** client-first-message. */
export interface ClientFirst {
  /** As written, for channel binding's input. */
  readonly gs2Header: string;
  /** What it says of channel binding. */
  readonly binding: BindingFlag;
  /** The authorization identity, decoded. */
  readonly authorizeAs: string | undefined;
  /** client-first-message-bare as written, for the proof. */
  readonly bare: string;
  /** The user name, decoded, not yet prepared. */
  readonly username: string;
  /** The client's part of the nonce. */
  readonly nonce: string;
}

/** client-final-message. */
export interface ClientFinal {
  /** Channel binding's input. */
  readonly bindingInput: Uint8Array;
  /** Both parts of the nonce. */
  readonly nonce: string;
  /** The message as written up to the proof, for the proof. */
  readonly withoutProof: string;
  /** The proof. */
  readonly proof: Uint8Array;
}

/**
 * RFC 5802 §5.1: optional extensions are passed over; a mandatory one (`m=`), which this server cannot know, must fail
 * wherever it stands.
 */
const extensions = String.raw`(?:,[A-Za-ln-z]=[^,\0]+)*`;
const nonceText = String.raw`([\x21-\x2b\x2d-\x7e]+)`;
const clientFirst = new RegExp(
  String.raw`^((n|y|p=[A-Za-z0-9.-]+),(?:a=([^,\0]+))?,)(n=([^,\0]+),r=${nonceText}${extensions})$`,
);
const clientFinal = new RegExp(String.raw`^(c=([^,\0]+),r=${nonceText}${extensions}),p=([^,\0]+)$`);

/** RFC 5802 §7: `n,a=authzid,n=user,r=nonce,…`; undefined for anything else. */
export function parseClientFirst(text: string): ClientFirst | undefined {
  const [, gs2Header = "", flag = "", authzid, bare = "", saslname = "", nonce = ""] = clientFirst.exec(text) ?? [];
  const username = decodeSaslName(saslname);
  const authorizeAs = authzid === undefined ? undefined : decodeSaslName(authzid);
  if (username === undefined || username === "") return undefined;
  if (authzid !== undefined && authorizeAs === undefined) return undefined;
  return { gs2Header, binding: bindingFlag(flag), authorizeAs, bare, username, nonce };
}

/** RFC 5802 §7: `c=binding,r=nonce,…,p=proof`; undefined for anything else. */
export function parseClientFinal(text: string): ClientFinal | undefined {
  const [, withoutProof = "", input = "", nonce = "", encodedProof = ""] = clientFinal.exec(text) ?? [];
  const bindingInput = decodeStrictBase64(encodeUtf8(input));
  const proof = decodeStrictBase64(encodeUtf8(encodedProof));
  if (withoutProof === "" || bindingInput === undefined || proof === undefined) return undefined;
  return { bindingInput, nonce, withoutProof, proof };
}

function bindingFlag(flag: string): BindingFlag {
  if (flag === "n" || flag === "y") return { kind: flag };
  return { kind: "p", type: flag.slice(2) };
}

/** RFC 5802 §5.1: "," is "=2C" and "=" is "=3D"; any other "=" fails. */
function decodeSaslName(encoded: string): string | undefined {
  if (/=(?!2C|3D)/.test(encoded)) return undefined;
  return encoded.replaceAll("=2C", ",").replaceAll("=3D", "=");
}
