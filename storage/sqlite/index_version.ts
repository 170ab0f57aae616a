/** What makes the keys of the index: those of another program, or of another Unicode, are of no use to this one. */
import { versions } from "node:process";
import { indexedTextVersion } from "../../core/message/indexed_text.ts";

/** Written beside the index, and compared by whoever reads or fills it. */
export const indexVersion: string = `${indexedTextVersion} unicode ${versions["unicode"]}`;
