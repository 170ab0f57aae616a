/** What FETCH, URLAUTH and CATENATE call a section of a message (RFC 9051 §6.4.5.1). */

/** A section: part numbers, and what of that part. */
export interface Section {
  /** Part numbers, each at least 1; none: the message itself. */
  readonly part: readonly number[];
  /** Absent: all of the message, or the body of the part. */
  readonly text?: SectionText;
}

/** `section-text` (RFC 9051 §9); MIME only with part numbers. */
export type SectionText = "HEADER" | "TEXT" | "MIME" | HeaderSubset;

/** HEADER.FIELDS, or with `not` HEADER.FIELDS.NOT. */
export interface HeaderSubset {
  /** Names as the client wrote them. */
  readonly fields: readonly string[];
  /** Whether all other fields are meant. */
  readonly not: boolean;
}
