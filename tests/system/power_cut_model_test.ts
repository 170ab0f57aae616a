/** What the replay of losses of power stands on: the text of strace is read, and a disk keeps what was synced and no more. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Chance } from "../support/power_cut/chance.ts";
import { Disk, type Semantics } from "../support/power_cut/disk.ts";
import { type Change, recordingOf, type Step } from "../support/power_cut/recording.ts";
import { octetsIn, parseStrace, placeIn } from "../support/power_cut/strace_text.ts";
import { type Luck, writeSurvivors } from "../support/power_cut/survival.ts";

/** Files by path, as text; a folder ends in a slash. */
type Files = Readonly<Record<string, string>>;

const text = (octets: Uint8Array) => new TextDecoder().decode(octets),
  octets = (text: string) => new TextEncoder().encode(text);
const hex = (text: string) => [...octets(text)].map((octet) => `\\x${octet.toString(16).padStart(2, "0")}`).join("");

const open = (path: string): Change => ({ do: "open", path, creates: true, empties: false });
const write = (path: string, at: number, what: string): Change => ({ do: "write", path, at, octets: octets(what) });
const sync = (path: string): Change => ({ do: "sync", path });

/** Each is done before the next begins. */
function inTurn(...changes: Change[]): Step[] {
  return changes.flatMap((change) => [{ what: "begins", change }, { what: "done", change }] as const);
}

/** What is left after these steps. */
function left(steps: readonly Step[], luck: Luck, semantics: Semantics = "posix", seed = 1): Files {
  const disk = new Disk(semantics), folder = Deno.makeTempDirSync();
  try {
    for (const step of steps) disk.take(step);
    writeSurvivors(disk, new Chance(seed), luck, folder);
    return Object.fromEntries(filesIn(folder).toSorted(([one], [other]) => one < other ? -1 : 1));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function filesIn(folder: string, prefix = ""): [string, string][] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? [[`${prefix}${name}/`, ""], ...filesIn(`${folder}/${name}`, `${prefix}${name}/`)]
      : [[`${prefix}${name}`, text(Deno.readFileSync(`${folder}/${name}`))]]
  );
}

/** All that may be left. */
function mayBeLeft(steps: readonly Step[], semantics: Semantics = "posix"): Set<string> {
  return new Set(Array.from({ length: 200 }, (_, seed) => JSON.stringify(left(steps, "some", semantics, seed))));
}

Deno.test("power cut: octets that were synced are there, in a file whose folder was; others only with luck", () => {
  const steps = inTurn(open("a"), write("a", 0, "kept"), sync("a"), sync(""), write("a", 4, " and not"));
  assertEquals(left(steps, "nothing"), { a: "kept" });
  assertEquals(left(steps, "everything"), { a: "kept and not" });
  assertEquals(
    mayBeLeft(steps),
    new Set(['{"a":"kept"}', '{"a":"kept and not"}', `{"a":"kept${"\\u0000".repeat(8)}"}`]),
  );
});

Deno.test("power cut: a sync keeps what was done before it began, and when it is done", () => {
  const [file, name, first, second, keep] = [open("a"), sync(""), write("a", 0, "1"), write("a", 1, "2"), sync("a")];
  const before: Step[] = [...inTurn(file, name, first), { what: "begins", change: keep }];
  assertEquals(left(before, "nothing"), { a: "" });
  const after: Step[] = [...before, ...inTurn(second), { what: "done", change: keep }];
  assertEquals(left(after, "nothing"), { a: "1" });
  const within: Step[] = [...inTurn(file, name), { what: "begins", change: first }, ...inTurn(keep)];
  assertEquals(left([...within, { what: "done", change: first }], "nothing"), { a: "" });
});

Deno.test("power cut: pages reach the disk in any order, each as it was once", () => {
  const [one, two] = ["1".repeat(8192), "2".repeat(8192)];
  const steps = inTurn(open("a"), write("a", 0, one), sync("a"), sync(""), write("a", 0, two));
  const halves = [...mayBeLeft(steps)].map((files) => [...Object.values(JSON.parse(files) as Files).join("")]);
  const seen = new Set(halves.map((all) => [all[0], all[4096]].join("")));
  assertEquals(seen, new Set(["11", "12", "21", "22"]));
  assert(halves.some((all) => new Set(all.slice(0, 4096)).size === 2), "no page is torn");
});

Deno.test("power cut: an end that was cut off may be back", () => {
  const steps = inTurn(open("a"), write("a", 0, "long"), sync("a"), sync(""), { do: "cut", path: "a", size: 2 });
  assertEquals(left(steps, "nothing"), { a: "long" });
  assertEquals(left([...steps, ...inTurn(sync("a"))], "nothing"), { a: "lo" });
});

Deno.test("power cut: only a folder's sync keeps names in POSIX, and with a journal any sync keeps all before it, in order", () => {
  const steps = inTurn({ do: "make folder", path: "f" }, open("f/a"), open("f/b"), {
    do: "rename",
    path: "f/a",
    to: "f/c",
  });
  assertEquals(left(steps, "nothing"), {});
  assertEquals(left([...steps, ...inTurn(sync("f/b"))], "nothing"), {});
  assertEquals(left([...steps, ...inTurn(sync("f"))], "nothing"), {});
  assertEquals(left([...steps, ...inTurn(sync("f"), sync(""))], "nothing"), { "f/": "", "f/b": "", "f/c": "" });
  assertEquals(left([...steps, ...inTurn(sync("f/b"))], "nothing", "journal"), { "f/": "", "f/b": "", "f/c": "" });
  assert(mayBeLeft(steps).has('{"f/":"","f/b":""}'));
  assertEquals(
    mayBeLeft(steps, "journal"),
    new Set(
      [{}, { "f/": "" }, { "f/": "", "f/a": "" }, { "f/": "", "f/a": "", "f/b": "" }, {
        "f/": "",
        "f/b": "",
        "f/c": "",
      }]
        .map((files) => JSON.stringify(files)),
    ),
  );
});

Deno.test("power cut: a file that is linked and removed is one file; what goes may stay", () => {
  const link: Change = { do: "link", path: "draft", to: "a" }, remove: Change = { do: "remove", path: "draft" };
  const steps = inTurn(open("draft"), link, sync(""), write("a", 0, "x"), sync("draft"), remove);
  assertEquals(left(steps, "nothing"), { a: "x", draft: "x" });
  assertEquals(left(steps, "everything"), { a: "x" });
});

const traced = [
  `7 10.000001 openat(AT_FDCWD<${hex("/p")}>, "${hex("/f/a")}", O_WRONLY|O_CREAT|O_APPEND|O_CLOEXEC, 0600) = 3<${
    hex("/f/a")
  }>`,
  `8 10.000002 write(9<TCP:[127.0.0.1:25->127.0.0.1:4711]>, "${hex("250 ")}", 4 <unfinished ...>`,
  `7 10.000003 write(3<${hex("/f/a")}>, "${hex("(x), ")}", 5) = 4`,
  "8 10.000004 <... write resumed>) = 4",
  `7 10.000005 fdatasync(3<${hex("/f/a")}>) = 0`,
  `7 10.000006 unlink("${hex("/f/b")}") = -1 ENOENT (No such file or directory)`,
  `7 10.000007 write(3<${hex("/f/a")}>(deleted), "", 0) = 0`,
  `8 10.000008 write(9<TCP:[127.0.0.1:25->127.0.0.1:4711]>, "${hex("ok")}", 2) = 2`,
  "7 10.000009 +++ exited with 0 +++",
];

Deno.test("power cut: what strace writes becomes steps: calls overlap, failed ones and other folders are left out", () => {
  const path = "a", opened: Change = { do: "open", path, creates: true, empties: false };
  const written: Change = { do: "write", path, octets: octets("(x),") };
  const says = (octets: number): Step => ({ what: "says", connection: "25-4711", octets });
  const expected: Step[] = [
    ...inTurn(opened),
    says(4),
    ...inTurn(written, sync("a")),
    says(6),
    { what: "ended", program: 0 },
  ];
  assertEquals(recordingOf("/f", [parseStrace(traced)]), expected);
  assertEquals(recordingOf("/elsewhere", [parseStrace(traced)]).filter(({ what }) => what !== "says"), [
    { what: "ended", program: 0 },
  ]);
});

Deno.test("power cut: what a program did last, it may have done, also when it was killed before it knew", () => {
  const killed = [
    `1 1.0 write(9<TCP:[127.0.0.1:25->127.0.0.1:4711]>, "${hex("250 ")}", 4 <unfinished ...>) = ?`,
    `2 1.1 unlink("${hex("/f/a")}" <unfinished ...>) = ?`,
    "1 1.2 +++ killed by SIGKILL +++",
  ];
  assertEquals(recordingOf("/f", [parseStrace(killed)]).slice(0, 2), [
    { what: "says", connection: "25-4711", octets: Infinity },
    { what: "begins", change: { do: "remove", path: "a" } },
  ]);
});

Deno.test("power cut: what several programs did is in the order of its time", () => {
  const program = (name: string, ...times: number[]) =>
    parseStrace(times.map((time) => `1 ${time}.0 mkdir("${hex(`/f/${name}${time}`)}", 0700) = 0`));
  const paths = recordingOf("/f", [program("a", 1, 4), program("b", 2, 3)]).flatMap((step) =>
    step.what === "begins" ? [step.change.path] : []
  );
  assertEquals(paths, ["a1", "b2", "b3", "a4"]);
});

Deno.test("power cut: that order is the same, whatever the system's clock is set to meanwhile", () => {
  const line = (name: string, time: number, since: number) =>
    `1 ${time}.000000 (+     ${since}.000000000) mkdir("${hex(`/f/${name}`)}", 0700) = 0`;
  // Set back by ten seconds before the fourth, and forward by an hour before the last.
  const first = parseStrace([line("1", 100, 0), line("3", 102, 2), line("5", 94, 2), line("7", 3696, 2)]);
  const second = parseStrace([line("4", 93, 0), line("6", 95, 2)], -10);
  const third = parseStrace([line("2", 101, 0)]);
  const paths = recordingOf("/f", [first, second, third]).flatMap((step) =>
    step.what === "begins" ? [step.change.path] : []
  );
  assertEquals(paths, ["1", "2", "3", "4", "5", "6", "7"]);
});

Deno.test("power cut: a recording that cannot be trusted is none", () => {
  const steps = (line: string) => recordingOf("/f", [parseStrace([line])]);
  const file = `3<${hex("/f/a")}>`;
  for (
    const call of [
      `sync_file_range(${file}, 0, 0, 0) = 0`,
      `mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, ${file}, 0) = 0x7f0000000000`,
      `openat(AT_FDCWD<${hex("/")}>, "${hex("/f/a")}", O_RDWR|O_DSYNC) = ${file}`,
      `pwritev(${file}, [{iov_base="\\x61", iov_len=1}], 1, 0) = 1`,
      `write(${file}, "${hex("nobody knows where")}", 18) = 18`,
      `rename("${hex("/f/a")}", "${hex("/elsewhere/a")}") = 0`,
      "what is this",
    ]
  ) assertThrows(() => steps(`1 1.0 ${call}`), Error, undefined, call);
  assertThrows(() => octetsIn('"\\x61"...'));
  assertEquals(placeIn(`9<${hex("/dev/null")}<char 1:3>>`), "/dev/null");
  assertEquals(
    steps(`1 1.0 mmap(NULL, 9, PROT_READ|PROT_WRITE, MAP_SHARED, 3<${hex("/f/mail.db-shm")}>, 0) = 0x7f0000000000`)
      .length,
    1,
  );
});
