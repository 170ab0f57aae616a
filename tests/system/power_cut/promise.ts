/** What clients were promised, and when. */
import { connectionOf, type Step } from "../../support/power_cut/recording.ts";
import { type Dialogue, dialogueOver } from "../../support/plain_client.ts";

/** How a client was told: all these octets had come over a connection, or a program had ended. */
export type Told =
  /** Before anything was recorded. */
  | "long ago"
  | { readonly connection: string; readonly octets: number }
  | { readonly program: number };

/** What the caches of an IMAP client stand on (RFC 9051 §2.3.1.1, RFC 7162 §3.1). */
export interface Marks {
  /** UIDVALIDITY: other UIDs than before. */
  readonly validity: number;
  /** The highest mod-sequence that was told. */
  readonly modseq: bigint;
}

/** One of a series, each of which holds until the next is made. */
export interface Promised {
  /** What was done. */
  readonly what: string;
  /** How the client learned that it was. */
  readonly told: Told;
  /** How things stand from then on. */
  readonly state: string;
  /** What the client knows of mailboxes besides, by their names. */
  readonly marks?: ReadonlyMap<string, Marks>;
}

/** A dialogue whose octets are counted. */
export async function countedDialogue(port: number): Promise<Dialogue & { readonly told: () => Told }> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let octets = 0;
  const dialogue = dialogueOver({
    read: async (into) => {
      const count = await connection.read(into);
      octets += count ?? 0;
      return count;
    },
    write: (from) => connection.write(from),
    close: () => connection.close(),
  });
  const name = connectionOf(port, connection.localAddr.port);
  return { ...dialogue, told: () => ({ connection: name, octets }) };
}

/** Finds the places of promises in a recording: of the steps with which the client begins to be told. */
export function placeFinder(steps: readonly Step[]): (told: Told) => number {
  const ends = new Map<number, number>();
  const said = new Map<string, { readonly place: number; readonly octets: number }[]>();
  for (const [place, step] of steps.entries()) {
    if (step.what === "ended") ends.set(step.program, place);
    if (step.what !== "says") continue;
    const { connection, octets } = step;
    const known = said.get(connection) ?? [];
    known.push({ place, octets });
    said.set(connection, known);
  }
  return (told) => {
    if (told === "long ago") return -1;
    const place = "program" in told
      ? ends.get(told.program)
      : said.get(told.connection)?.find(({ octets }) => octets >= told.octets)?.place;
    if (place === undefined) throw new Error(`nobody has seen how this was said: ${JSON.stringify(told)}`);
    return place;
  };
}
