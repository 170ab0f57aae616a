/** Small plugins in files of a test's server, as somebody outside the project writes them. */

/** Options of a plugin that has none: any mapping will do. */
const anyOptions = `{ "~standard": { version: 1, vendor: "test", validate: (value) => ({ value }) } }`;

/** The text of a plugin's module in JavaScript. @param setup Source of its `setup`. */
export function pluginText(kind: string, name: string, setup: string, before = ""): string {
  return `${before}
export default { apiVersion: 1, kind: "${kind}", name: "${name}", summary: "For a test.", options: ${anyOptions},
  setup: ${setup} };
`;
}

/** A protocol that greets with a word, repeats each line after it, and ends after `quit`. The word is in another file. */
export const echo: Readonly<Record<"echo.js" | "word.js", string>> = {
  "echo.js": pluginText(
    "protocol",
    "echo",
    `() => ({
    async serve({ reader, writer }, stop) {
      const decoder = new TextDecoder();
      writer.line(word);
      await writer.flush();
      while (!stop.aborted) {
        const line = await reader.readLine(100);
        if (line === undefined) return;
        const text = decoder.decode(line);
        writer.line(word + " " + text);
        await writer.flush();
        if (text === "quit") return;
      }
    },
  })`,
    `import { word } from "./word.js";`,
  ),
  "word.js": wordText("one"),
};

/** The file with the word. */
export function wordText(word: string): string {
  return `export const word = ${JSON.stringify(word)};\n`;
}
