/**
 * What the command line asks a running server, and what that answers: JSON in files of `control` in the data folder, to
 * which only the server's user (and root) has access. Files, since they need no right that a server does not have anyway.
 */
import * as v from "valibot";

/** What is asked. */
export type ControlRequest =
  /** Read a plugin's file again, and the configuration. */
  | { readonly ask: "reload"; readonly plugin: string }
  /** Which plugins run. */
  | { readonly ask: "plugins" };

/** What is answered. */
export type ControlAnswer =
  | {
    readonly ok: true;
    /** What was reloaded: `filter mine`. */
    readonly reloaded?: readonly string[];
    /** Places of the configuration whose changes wait for a restart. */
    readonly waiting?: readonly string[];
    /** What runs. */
    readonly plugins?: readonly RunningPlugin[];
  }
  | {
    readonly ok: false;
    /** Complete lines, for the operator. */
    readonly problems: readonly string[];
  };

/** A plugin that runs. */
export interface RunningPlugin {
  /** Of which kind. */
  readonly kind: string;
  /** As it calls itself. */
  readonly name: string;
  /** As the configuration names it. */
  readonly use: string;
  /** How many reloads there had been when its file was read; 0: it was read at the start. */
  readonly reading: number;
}

const request = v.variant("ask", [
  v.object({ ask: v.literal("reload"), plugin: v.string() }),
  v.object({ ask: v.literal("plugins") }),
]);

const runningPlugin = v.object({ kind: v.string(), name: v.string(), use: v.string(), reading: v.number() });

const texts = v.array(v.string());
const answer = v.variant("ok", [
  v.object({
    ok: v.literal(true),
    reloaded: v.exactOptional(texts),
    waiting: v.exactOptional(texts),
    plugins: v.exactOptional(v.array(runningPlugin)),
  }),
  v.object({ ok: v.literal(false), problems: texts }),
]);

/** The folder within the data folder. */
export const controlFolder = "control";
/** Octets of the largest request: one name of a plugin, or its path. */
export const largestRequest = 8192;
/** Octets of the largest answer. */
export const largestAnswer = 1_048_576;

/** Files of a request. */
export interface ControlNames {
  /** As it was made; until a server takes it. */
  readonly request: string;
  /** Afterwards. */
  readonly taken: string;
  /** What is still being written, by either side. */
  readonly unfinished: string;
  /** For whoever asked, to read and remove. */
  readonly answer: string;
}

/** Their names, by the request's id. */
export function controlNames(id: string): ControlNames {
  return { request: `${id}.request`, taken: `${id}.taken`, unfinished: `${id}.unfinished`, answer: `${id}.answer` };
}

/** The id of a request by its file's name; undefined for other files. */
export function requestId(name: string): string | undefined {
  return /^([0-9a-f]{32})\.request$/.exec(name)?.[1];
}

/** Whether a file's name is that of a request, in whatever state. */
export function isControlFile(name: string): boolean {
  return /^[0-9a-f]{32}\.(?:request|taken|unfinished|answer)$/.test(name);
}

/** Reads a request; undefined where it is none. */
export function parseRequest(text: string): ControlRequest | undefined {
  return parse(request, text);
}

/** Reads an answer; undefined where it is none. */
export function parseAnswer(text: string): ControlAnswer | undefined {
  return parse(answer, text);
}

function parse<Output>(schema: v.GenericSchema<unknown, Output>, text: string): Output | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
