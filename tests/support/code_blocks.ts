/** Code blocks of the documents. */

/** A block between fences. */
export interface CodeBlock {
  /** What it is written in: `ts`. */
  readonly language: string;
  /** The file that it is, where the fence names one: three backquotes, `ts stamp.ts`. */
  readonly file?: string;
  /** What is in it. */
  readonly text: string;
}

/** All blocks of a document, in order. */
export function codeBlocks(document: string): CodeBlock[] {
  return [...document.matchAll(/^```(\S+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language = "", file, text = ""]) => {
    return { language, text, ...file !== undefined && { file } };
  });
}
