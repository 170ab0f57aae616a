/** KRB-ERROR messages (RFC 4120 §5.9.1), printed in DER: how a client is told that its ticket does not do. */
import type { Principal } from "../../../core/kerberos/principal.ts";
import { concat } from "../../../core/message/bytes.ts";

/** What a KRB-ERROR says. */
export interface KerberosError {
  /** RFC 4120 §7.5.9. */
  readonly code: number;
  /** By the server's clock. */
  readonly at: Date;
  /** The server's own principal. */
  readonly server: Principal;
}

/** RFC 4120 §7.5.9: KRB_ERR_GENERIC, KRB_ERR_FIELD_TOOLONG. */
export const GENERIC = 60, FIELD_TOO_LONG = 61;

/** What each code means (RFC 4120 §7.5.9), and no more: which keys there are is not for strangers. */
const texts: Readonly<Record<number, string>> = {
  31: "Integrity check on decrypted field failed",
  32: "Ticket expired",
  33: "Ticket not yet valid",
  34: "Request is a replay",
  35: "The ticket isn't for us",
  36: "Ticket and authenticator don't match",
  37: "Clock skew too great",
  38: "Incorrect net address",
  39: "Protocol version mismatch",
  40: "Invalid msg type",
  41: "Message stream modified",
  44: "Specified version of key is not available",
  61: "Field is too long for this implementation",
};

/** The message. */
export function printKrbError({ code, at, server }: KerberosError): Uint8Array {
  const seconds = `${at.toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`;
  return element(APPLICATION | 30, [
    element(SEQUENCE, [
      field(0, integer(5)),
      field(1, integer(30)),
      field(4, text(GENERALIZED_TIME, seconds)),
      field(5, integer(at.getUTCMilliseconds() * 1000)),
      field(6, integer(code)),
      field(9, text(GENERAL_STRING, server.realm)),
      field(10, principalName(server)),
      // The NUL at its end is what MIT's library sends.
      field(11, text(GENERAL_STRING, `${texts[code] ?? "Generic error"}\0`)),
    ]),
  ]);
}

const INTEGER = 0x02, GENERALIZED_TIME = 0x18, GENERAL_STRING = 0x1b, SEQUENCE = 0x30;
/** Tags of classes, constructed. */
const APPLICATION = 0x60, CONTEXT = 0xa0;
/** RFC 4120 §6.2: KRB_NT_SRV_HST, a service with its host. */
const SERVICE_AND_HOST = 3;

function principalName({ components }: Principal): Uint8Array {
  const names = components.map((component) => text(GENERAL_STRING, component));
  return element(SEQUENCE, [field(0, integer(SERVICE_AND_HOST)), field(1, element(SEQUENCE, names))]);
}

/** RFC 4120 §5: every tag is explicit. */
function field(number: number, value: Uint8Array): Uint8Array {
  return element(CONTEXT | number, [value]);
}

function text(tag: number, characters: string): Uint8Array {
  return element(tag, [new TextEncoder().encode(characters)]);
}

/** Of zero or more: no octet more than it needs, and the first bit is that of the sign. */
function integer(value: number): Uint8Array {
  const octets = [value & 0xff];
  for (let rest = value >>> 8; rest > 0 || (octets[0] ?? 0) >= 0x80; rest >>>= 8) octets.unshift(rest & 0xff);
  return element(INTEGER, [Uint8Array.from(octets)]);
}

function element(tag: number, contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(contents);
  return concat([Uint8Array.of(tag, ...lengthOctets(content.length)), content]);
}

/** The definite form, as short as it can be. */
function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) octets.unshift(rest & 0xff);
  return [0x80 | octets.length, ...octets];
}
