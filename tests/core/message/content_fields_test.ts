import { assertEquals } from "@std/assert";
import {
  parseContentType,
  parseDisposition,
  parseEncoding,
  parseLanguage,
} from "../../../core/message/content_fields.ts";

function type(value: string): string {
  const { type, subtype, parameters } = parseContentType(value);
  return [`${type}/${subtype}`, ...parameters.map(([name, value]) => `${name}=${value}`)].join(" ");
}

Deno.test("RFC 2045 §5.1: types and parameters, case folded", () => {
  assertEquals(type("TEXT/Plain; Charset=US-ASCII"), "text/plain charset=US-ASCII");
  assertEquals(type('application/x-foo ; a = "b c"'), "application/x-foo a=b c");
  assertEquals(type("text / html;charset=x"), "text/html charset=x");
});

Deno.test("RFC 2045 §5.2: what cannot be read is text/plain", () => {
  for (const value of ["", "foo", "/", "text/", "/plain", ";x=y", "(comment)", '"']) {
    assertEquals(type(value), "text/plain");
  }
});

Deno.test("RFC 2045 §5.1: comments may stand before what a field says, as RFC 822 has it", () => {
  assertEquals(type("(a (nested; one)) Text/Html; charset=x"), "text/html charset=x");
  assertEquals(type("(a) (b)\ttext; charset=x"), "text/plain charset=x");
  assertEquals(parseEncoding("(as (always)) BASE64"), "base64");
  assertEquals(parseDisposition("(see) inline (it); filename=x"), { type: "inline", parameters: [["filename", "x"]] });
});

Deno.test("types that real mail shortens", () => {
  assertEquals(type("text"), "text/plain");
  assertEquals(type("text; charset=utf-8"), "text/plain charset=utf-8");
  assertEquals(type("multipart; boundary=x"), "multipart/mixed boundary=x");
  // Blanks that RFC 5322 does not know.
  assertEquals(type("\u00a0text/html"), "text/html");
  assertEquals(type("(c)\f text"), "text/plain");
  assertEquals(parseDisposition("\v inline").type, "inline");
  assertEquals(parseEncoding("\u00a0base64"), "base64");
});

Deno.test("RFC 2183 §2: dispositions; one without type is an attachment", () => {
  assertEquals(parseDisposition('INLINE; filename="x"'), { type: "inline", parameters: [["filename", "x"]] });
  assertEquals(parseDisposition("attachment"), { type: "attachment", parameters: [] });
  assertEquals(parseDisposition("filename=x"), { type: "attachment", parameters: [["filename", "x"]] });
  assertEquals(parseDisposition("; filename=x"), { type: "attachment", parameters: [["filename", "x"]] });
  assertEquals(parseDisposition(""), { type: "attachment", parameters: [] });
});

Deno.test("RFC 2045 §6: encodings; 7bit is the default", () => {
  assertEquals(parseEncoding("Quoted-Printable (really)"), "quoted-printable");
  assertEquals(parseEncoding('"base64"'), "base64");
  assertEquals(parseEncoding("7BIT"), undefined);
  assertEquals(parseEncoding(""), undefined);
});

Deno.test("RFC 3282 §2: languages without comments", () => {
  assertEquals(parseLanguage("en, de-CH (Swiss), , x y"), ["en", "de-CH"]);
});
