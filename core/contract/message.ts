/**
 * What is known of a stored message without reading it again: sizes, ENVELOPE, BODYSTRUCTURE, header fields
 * (RFC 5322, RFC 2045, RFC 9051 §7.5.2). Parsed once when the message is stored and kept beside its body.
 *
 * All of it is plain data: it survives JSON and structured clone unchanged (an absent value is an absent property).
 * Text of header fields is UTF-8 (RFC 6532), with U+FFFD where it is spoilt, and one character per byte (Latin-1) where
 * the bytes are hardly that; they themselves are in the body, at the offsets given here.
 */

/** One message, summarised. Made by `core/message/summary.ts`. */
export interface MessageSummary {
  /** Octets of the stored body: what IMAP calls RFC822.SIZE. */
  readonly size: number;
  /** Octets if every bare CR and bare LF became CRLF and the last line ended in CRLF: what POP3 sends (RFC 1939 §11). */
  readonly crlfSize: number;
  /** Octets of the header, the empty line after it included: the text starts here. */
  readonly headerSize: number;
  /** Line ends (LF, after a CR or bare) in the whole message. */
  readonly lines: number;
  /** ENVELOPE of the message itself. */
  readonly envelope: MessageEnvelope;
  /** BODYSTRUCTURE: the whole message as a part. */
  readonly structure: MessagePart;
  /** The instant in the Date field, milliseconds since 1970; absent when there is no date that can be read. */
  readonly sentAt?: number;
  /** The zone of the Date field, minutes east of UTC: the day that SENTON means is the sender's (RFC 9051 §6.4.4). */
  readonly sentZone?: number;
  /** The first msg-id of Message-ID, without angle brackets. */
  readonly messageId?: string;
  /** Every msg-id of In-Reply-To, without angle brackets. */
  readonly inReplyTo: readonly string[];
  /** Every msg-id of References, without angle brackets, oldest first. */
  readonly references: readonly string[];
  /** The fields of the top-level header, in order, values unfolded and not decoded. */
  readonly fields: readonly MessageField[];
  /** Present when a limit left something out of `fields`, `envelope` or `structure`. */
  readonly truncated?: true;
}

/** A header field: its name as written, its value unfolded (RFC 5322 §2.2.3), without white space at the ends. */
export type MessageField = readonly [name: string, value: string];

/**
 * RFC 9051 §7.5.2, ENVELOPE. Text is unfolded and otherwise as written: encoded words stay encoded.
 * A field that is absent from the header, or an address field without addresses, is absent here: `sender` and `replyTo`
 * are not defaulted to `from`; whoever prints the envelope does that.
 */
export interface MessageEnvelope {
  /** Date, as written. */
  readonly date?: string;
  /** Subject, encoded words included. */
  readonly subject?: string;
  /** From. */
  readonly from?: readonly MessageAddress[];
  /** Sender. */
  readonly sender?: readonly MessageAddress[];
  /** Reply-To. */
  readonly replyTo?: readonly MessageAddress[];
  /** To. */
  readonly to?: readonly MessageAddress[];
  /** Cc. */
  readonly cc?: readonly MessageAddress[];
  /** Bcc. */
  readonly bcc?: readonly MessageAddress[];
  /** In-Reply-To, as written. */
  readonly inReplyTo?: string;
  /** Message-ID, as written. */
  readonly messageId?: string;
}

/**
 * RFC 9051 §7.5.2, an address structure. Group syntax is marked as there: an entry without `host` whose `mailbox` is the
 * group's name opens a group, an entry with neither closes it.
 */
export interface MessageAddress {
  /** Display name, quotes removed, encoded words as written. */
  readonly name?: string;
  /** Source route (RFC 5322 obs-route) without its colon: `@a.example,@b.example`. */
  readonly route?: string;
  /** Local part, quotes removed; or the name of a group. */
  readonly mailbox?: string;
  /** Domain; the empty string where an address had none. */
  readonly host?: string;
}

/**
 * A parameter of Content-Type or Content-Disposition: lower-case name, value decoded (RFC 2231), and whether it stood in
 * that RFC's extended form, as `name*` (§4).
 */
export type MessageParameter = readonly [name: string, value: string, isExtended?: true];

/**
 * A node of the MIME tree (RFC 2045, RFC 2046). Offsets are octets from the start of the stored message:
 * the part's header is `headerStart..bodyStart` (empty line included), its body `bodyStart..bodyEnd`.
 */
export interface MessagePart {
  /** First octet of the header. */
  readonly headerStart: number;
  /** First octet of the body: after the empty line. */
  readonly bodyStart: number;
  /** After the last octet of the body; the line end before a boundary is the boundary's. */
  readonly bodyEnd: number;
  /** Line ends in the body. */
  readonly lines: number;
  /** Lower case: `text`. */
  readonly type: string;
  /** Lower case: `plain`. */
  readonly subtype: string;
  /** Parameters of Content-Type, in order. */
  readonly parameters: readonly MessageParameter[];
  /** Content-ID as written, with its angle brackets. */
  readonly id?: string;
  /** Content-Description as written, encoded words included. */
  readonly description?: string;
  /** Content-Transfer-Encoding, lower case; absent means `7bit`. */
  readonly encoding?: string;
  /** Content-MD5 as written (RFC 1864). */
  readonly md5?: string;
  /** Content-Disposition. */
  readonly disposition?: MessageDisposition;
  /** Content-Language (RFC 3282), one tag an entry. */
  readonly language?: readonly string[];
  /** Content-Location as written (RFC 2557). */
  readonly location?: string;
  /**
   * Children of a multipart, at least one: a multipart in which no part can be found has one child of type text/plain
   * over its whole body. Absent for a multipart below the depth limit: print that as an opaque part.
   */
  readonly parts?: readonly MessagePart[];
  /**
   * What a message/rfc822 or message/global part holds. Absent when such a part is encoded (against RFC 2046 §5.2.1) or
   * below the depth limit: print that as application/octet-stream.
   */
  readonly message?: NestedMessage;
}

/** Content-Disposition (RFC 2183). */
export interface MessageDisposition {
  /** Lower case: `attachment`. */
  readonly type: string;
  /** Its parameters, in order. */
  readonly parameters: readonly MessageParameter[];
}

/** The message inside a message/rfc822 part; `structure.headerStart` is the outer part's `bodyStart`. */
export interface NestedMessage {
  /** Its ENVELOPE. */
  readonly envelope: MessageEnvelope;
  /** Its BODYSTRUCTURE. */
  readonly structure: MessagePart;
}
