/**
 * What the server says to people, by meaning (RFC 6856 §3). A language is one object of this type: a text that is not
 * translated does not compile. RFC 2449 §3: no text begins with `[`, and none is longer than its line.
 */

/** All texts of a language; what a number means is told by its name. */
export interface Texts {
  /** The greeting. */
  readonly ready: string;
  /** The answer to QUIT before a login. */
  signingOff(hostname: string): string;
  /** The answer to QUIT after it. */
  signingOffLeft(hostname: string, messages: number): string;
  /** After a login and RSET. */
  maildropHas(messages: number, octets: number): string;
  /** Before the lines of LIST. */
  listed(messages: number, octets: number): string;
  /** Before a message. */
  octets(octets: number): string;
  /** A message is marked. */
  deleted(message: number): string;
  /** It was before. */
  alreadyDeleted(message: number): string;
  /** There is none of that number. */
  noSuchMessage(messages: number): string;
  /** Another session has removed it. */
  gone(message: number): string;
  /** It cannot be sent without UTF8. */
  needsUtf8(message: number): string;
  /** The answer to QUIT when removing failed. */
  readonly notRemoved: string;
  /** The answer to USER. */
  readonly sendPassword: string;
  /** PASS without USER. */
  readonly userFirst: string;
  /** For whatever must look the same. */
  readonly wrongCredentials: string;
  /** Somebody wants to act as another, and may not. */
  readonly wrongAuthorization: string;
  /** The password or ticket is too old. */
  readonly expiredCredentials: string;
  /** Nobody can tell now whether a password is right. */
  readonly loginUnavailable: string;
  /** The client's response to a challenge is no Base64, or makes no sense. */
  readonly malformedResponse: string;
  /** The client gave up. */
  readonly cancelled: string;
  /** RFC 5034 §4. */
  readonly unknownMechanism: string;
  /** RFC 5034 §4. */
  readonly noInitialResponse: string;
  /** RFC 2595 §2.2: not without TLS. */
  readonly needsTls: string;
  /** There is no timestamp in the greeting. */
  readonly noTimestamp: string;
  /** It has been used. */
  readonly timestampUsed: string;
  /** RFC 2449 §8.1.2. */
  readonly inUse: string;
  /** RFC 2449 §8.1.1. */
  loginDelay(seconds: number): string;
  /** The maildrop cannot be opened. */
  readonly cannotOpen: string;
  /** Before the lines of CAPA. */
  readonly capabilities: string;
  /** Before the names of mechanisms. */
  readonly mechanisms: string;
  /** RFC 2595 §4. */
  readonly beginTls: string;
  /** RFC 2595 §4. */
  readonly tlsActive: string;
  /** Not on this port. */
  readonly tlsNotOffered: string;
  /** RFC 6856 §2.1. */
  readonly notAfterUtf8: string;
  /** UTF-8 mode is on. */
  readonly utf8Enabled: string;
  /** Before the lines of LANG. */
  readonly languages: string;
  /** The answer to LANG, after the tag. */
  readonly languageChanged: string;
  /** There is no such language. */
  unknownLanguage(range: string): string;
  /** The go-ahead of XTND XMIT. */
  readonly sendMessage: string;
  /** The message was taken. */
  readonly messageTaken: string;
  /** It names nobody who could get it. */
  readonly noRecipients: string;
  /** No such command. */
  readonly unknownCommand: string;
  /** A command of the TRANSACTION state before the login. */
  readonly loginFirst: string;
  /** A command of the AUTHORIZATION state after it. */
  readonly loggedIn: string;
  /** Wrong arguments; `usage` is "TOP msg n". */
  expected(usage: string): string;
  /** The line is too long. */
  readonly lineTooLong: string;
  /** It is no text. */
  readonly notText: string;
  /** Something failed; nothing is known. */
  readonly localError: string;
  /** The server is being stopped. */
  readonly stopping: string;
  /** A line, or a message, goes on far beyond its limit. */
  readonly endless: string;
  /** Enough is enough. */
  readonly tooManyErrors: string;
}

/** A language that the server speaks. */
export interface Language {
  /** RFC 5646. */
  readonly tag: string;
  /** Its name in itself. */
  readonly name: string;
  /** What is said in it. */
  readonly texts: Texts;
}
