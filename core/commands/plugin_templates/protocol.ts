/** A protocol that greets and answers. */
import type { PluginTemplate } from "./template.ts";

/** Written by `plugin new protocol NAME`. */
export const protocol: PluginTemplate = {
  plugin: (name) =>
    `/** A protocol: one function that speaks with one client. The core owns sockets, TLS, limits and deadlines. */
import { definePlugin, duration, latin1, options } from "@quetzal/server";

/** Octets of the longest line that is read. */
const LONGEST = 512;

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "${name}",
  summary: "Greets, and says back what it hears until it hears QUIT",
  options: options({ idle_timeout: duration }),
  setup: (context, { idle_timeout }) => ({
    async serve(connection) {
      const { reader, writer } = connection;
      connection.setIdleTimeout(idle_timeout);
      writer.line(\`Welcome to \${context.hostname}\`);
      await writer.flush();
      for (let line = await reader.readLine(LONGEST); line !== undefined; line = await reader.readLine(LONGEST)) {
        const said = latin1(line);
        writer.line(said === "QUIT" ? "Good bye" : said);
        await writer.flush();
        if (said === "QUIT") return;
      }
    },
  }),
});
`,
  test: (name, file) =>
    `import { playProtocol } from "@quetzal/server/testing";
import plugin from "./${file}";

Deno.test("${name}: it greets, answers, and says good bye", async () => {
  await playProtocol(
    plugin,
    \`
    S: Welcome to mail.example.org
    C: Hello
    S: Hello
    C: QUIT
    S: Good bye
    \`,
    { options: { idle_timeout: "1m" } },
  );
});
`,
  use: (path) => `protocols:\n  - { use: ${path}, listen: ["127.0.0.1:7007"], options: { idle_timeout: 5m } }`,
};
