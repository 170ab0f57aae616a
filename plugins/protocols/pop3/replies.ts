/** POP3 replies (RFC 1939 §3) with response codes (RFC 2449 §8): what they are, and how they are printed. */

/** RFC 2449 §8.1, RFC 3206 §4 and §5, RFC 6856 §5. */
export type ResponseCode = "AUTH" | "IN-USE" | "LOGIN-DELAY" | "SYS/PERM" | "SYS/TEMP" | "UTF8";

/** The first line of a reply. */
export interface Reply {
  /** RFC 1939 §3: in upper case. */
  readonly status: "+OK" | "-ERR";
  /** What a program may act upon: a `ResponseCode`, or one that another protocol's commands have (RFC 2449 §8). */
  readonly code?: string;
  /** For people, or what the command's grammar wants; may be empty. */
  readonly text: string;
  /** Whether it counts as one of the errors that a session may make. */
  readonly isClientError?: boolean;
}

/** The command was done. */
export function ok(text = ""): Reply {
  return { status: "+OK", text };
}

/** It could not be done, for reasons that need not be the client's fault. */
export function failed(text: string, code?: ResponseCode): Reply {
  return code === undefined ? { status: "-ERR", text } : { status: "-ERR", code, text };
}

/** The client should not have asked. */
export function wrong(text: string, code?: ResponseCode): Reply {
  return { ...failed(text, code), isClientError: true };
}

/** The line of a reply, without its CRLF. */
export function replyLine({ status, code, text }: Reply): string {
  const told = code === undefined ? text : `[${code}] ${text}`;
  return told === "" ? status : `${status} ${told}`;
}
