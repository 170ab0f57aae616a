/** What transcripts say that their server is given: `# given: messages 537 100x26`, lines of a comment each. */

/** Reads them: the value of each line, by its first word. */
export function givenIn(transcript: string): (what: string) => string[] {
  const given = [...transcript.matchAll(/^# given: (\S+) ?(.*)$/gm)];
  return (what) => given.flatMap(([, key, value = ""]) => key === what ? value : []);
}

/** `537 100x26`: sizes of messages, one of 537 octets and 26 of 100. */
export function sizesOf(text: string): number[] {
  return text.split(" ").filter((word) => word !== "").flatMap((word) => {
    const [size = "", count = "1"] = word.split("x");
    return Array<number>(Number(count)).fill(Number(size));
  });
}
