/** Types of `@std/yaml`. */

/** Which tags a document may use. */
export type SchemaType = "failsafe" | "json" | "core" | "default" | "extended";

/** How a document is read. */
export interface ParseOptions {
  /** Let the last of two equal keys win instead of throwing. */
  allowDuplicateKeys?: boolean;
  /** Called with what is odd but not wrong. */
  onWarning?(error: Error): void;
  /** Default `default`. */
  schema?: SchemaType;
}

/** How a value is written. */
export interface StringifyOptions {
  /** Writes a list's items in their parent's column where false. Default true. */
  arrayIndent?: boolean;
  /** Breaks long lines unless true. Default true. */
  compatMode?: boolean;
  /** Depth from which collections are written in flow style; -1 is never. */
  flowLevel?: number;
  /** Spaces a level. Default 2. */
  indent?: number;
  /** Columns. Default 80. */
  lineWidth?: number;
  /** Default `default`. */
  schema?: SchemaType;
  /** Leaves out what cannot be written instead of throwing. */
  skipInvalid?: boolean;
  /** Sorts the keys. */
  sortKeys?: boolean | ((a: string, b: string) => number);
  /** Anchors and references for repeated values. Default true. */
  useAnchors?: boolean;
}

/**
 * Reads one document.
 *
 * @throws {SyntaxError} where the text is not YAML; the message says the line and column.
 */
export function parse(content: string, options?: ParseOptions): unknown;

/** Reads all documents of a text. */
export function parseAll(content: string, options?: ParseOptions): unknown[];

/**
 * Writes a value.
 *
 * @throws {TypeError} where the value holds what YAML cannot say.
 */
export function stringify(data: unknown, options?: StringifyOptions): string;
