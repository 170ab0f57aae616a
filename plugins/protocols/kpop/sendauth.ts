/**
 * The words of MIT's `sendauth`, which no RFC has: what krb5_sendauth and krb5_recvauth send. Every message but the answer
 * to the versions is a length of four octets, and so many octets.
 */
import { concat } from "../../../core/message/bytes.ts";
import { latin1Bytes } from "../../../core/wire/ascii.ts";

/** Of the exchange itself; the NUL counts. */
const sendauthVersion = latin1Bytes("KRB5_SENDAUTH_V1.0\0");
/** Of what follows it; the NUL counts. */
const applicationVersion = latin1Bytes("KPOPV1.0\0");
/** What Kerberos 4 begins with, in the place of a length. */
export const kerberos4Greeting: Uint8Array = latin1Bytes("AUTH");

/** Octets of a version; the right ones have fewer. */
export const longestVersion = 64;
/** Octets of an AP-REQ: tickets of Active Directory may have some thousands. */
export const longestRequest = 65_536;
/** Octets of a length. */
export const lengthOctets = 4;

/** The answer to the versions: one octet, without a length. */
export const versionAnswers = { accepted: 0, badSendauth: 1, badApplication: 2 } as const;

/** What two versions are answered with. The application's is not looked at where the exchange's is wrong. */
export function answerTo(sendauth: Uint8Array, application: Uint8Array): number {
  if (!isSame(sendauth, sendauthVersion)) return versionAnswers.badSendauth;
  return isSame(application, applicationVersion) ? versionAnswers.accepted : versionAnswers.badApplication;
}

/** A message with its length. The empty one says that an AP-REQ was accepted. */
export function framed(message: Uint8Array): Uint8Array {
  const length = new Uint8Array(lengthOctets);
  new DataView(length.buffer).setUint32(0, message.length);
  return concat([length, message]);
}

/** The number in the four octets of a length. */
export function lengthOf(octets: Uint8Array): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(0);
}

/** Whether both are the same, octet by octet. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, at) => octet === other[at]);
}
