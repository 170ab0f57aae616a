/** The stand-ins for `@std` behave, and are typed, as the originals are where the project uses them. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseArgs } from "@std/cli";
import { FileHandler, getLogger, jsonFormatter, LogRecord, RotatingFileHandler, setup } from "@std/log";
import { parse, stringify } from "@std/yaml";

Deno.test("@std/cli: options keep the types they were declared with", () => {
  const args = parseArgs(["serve", "--config", "mail.yaml", "--json", "--to", "a", "--to", "b"], {
    string: ["config", "to"],
    boolean: ["json"],
    collect: ["to"],
  });
  const config: string | undefined = args.config;
  const json: boolean = args.json;
  const to: string[] = args.to;
  assertEquals([config, json, to, args._], ["mail.yaml", true, ["a", "b"], ["serve"]]);
});

Deno.test("@std/yaml: what is written can be read, and what is not YAML throws", () => {
  const value = { hostname: "mail.example.org", domains: ["example.org"], limits: { connections: 3 } };
  assertEquals(parse(stringify(value)), value);
  assertThrows(() => parse("a: [1"), SyntaxError);
});

Deno.test("@std/log: a handler gets the records of its level and above, formatted", async () => {
  const path = await Deno.makeTempFile();
  try {
    const handler = new FileHandler("INFO", { filename: path, formatter: jsonFormatter });
    setup({ handlers: { file: handler }, loggers: { mail: { level: "DEBUG", handlers: ["file"] } } });
    const log = getLogger("mail");
    log.debug("not grave enough");
    assertEquals(log.info("accepted", { id: "c1" }), "accepted");
    assertEquals(log.debug(() => 5), 5);
    setup({ handlers: {} });
    const line: unknown = JSON.parse(await Deno.readTextFile(path));
    assertEquals(Object.entries(line ?? {}).filter(([key]) => key !== "datetime"), [
      ["level", "INFO"],
      ["message", "accepted"],
      ["args", { id: "c1" }],
    ]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("@std/log: a message given as a function is not made when the level is off", () => {
  const log = getLogger("quiet");
  log.levelName = "ERROR";
  assertEquals(log.info(() => assertThrows(() => {})), undefined);
});

Deno.test("@std/log: a rotating file keeps at most so many octets and so many old files", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const handler = new RotatingFileHandler("INFO", { filename: `${folder}/log`, maxBytes: 12, maxBackupCount: 2 });
    handler.setup();
    for (const msg of ["one", "two", "three", "four"]) {
      handler.handle(new LogRecord({ msg, args: [], level: 20, loggerName: "test" }));
    }
    handler.destroy();
    const text = (name: string) => Deno.readTextFileSync(`${folder}/${name}`);
    assertEquals([text("log"), text("log.1"), text("log.2")], ["INFO four\n", "INFO three\n", "INFO two\n"]);
    assertStringIncludes([...Deno.readDirSync(folder)].map(({ name }) => name).sort().join(), "log,log.1,log.2");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
