/** What a part's header says of its content, as BODYSTRUCTURE has it. */
import type { MessageParameter, MessagePart } from "../contract/message.ts";
import {
  type ContentType,
  parseContentType,
  parseDisposition,
  parseEncoding,
  parseLanguage,
} from "./content_fields.ts";
import type { Header } from "./header.ts";
import type { TextBudget } from "./text_budget.ts";

/** A `MessagePart` without its place and its children. */
export type PartContent = Omit<MessagePart, "headerStart" | "bodyStart" | "bodyEnd" | "lines" | "parts" | "message">;

/** The content, and the boundary of a multipart: that is needed even where there is no room to keep it. */
export interface PartDescription {
  /** What is kept. */
  readonly content: PartContent;
  /** The empty string when it has none, or is no multipart. */
  readonly boundary: string;
}

/** Octets of a Content-* field that are looked at. */
const FIELD = 8192;

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Fields that are kept as they are. */
const textFields: ReadonlyMap<string, "id" | "description" | "md5" | "location"> = new Map([
  ["content-id", "id"],
  ["content-description", "description"],
  ["content-md5", "md5"],
  ["content-location", "location"],
]);

/** Of repeated fields the first counts. */
export function describePart(header: Header, fallback: ContentType, budget: TextBudget): PartDescription {
  let type: ContentType | undefined;
  const rest: Mutable<Partial<PartContent>> = {};
  for (const field of header.fields) {
    if (!field.key.startsWith("content-")) continue;
    const value = header.value(field, FIELD);
    switch (field.key) {
      case "content-type":
        type ??= parseContentType(value);
        break;
      case "content-transfer-encoding": {
        const encoding = parseEncoding(value);
        if (encoding !== undefined) rest.encoding ??= encoding;
        break;
      }
      case "content-disposition": {
        const { type, parameters } = parseDisposition(value);
        rest.disposition ??= { type, parameters: affordable(parameters, budget) };
        break;
      }
      case "content-language": {
        const language = parseLanguage(value);
        if (language.length > 0 && budget.take(value.length)) rest.language ??= language;
        break;
      }
      default: {
        const key = textFields.get(field.key);
        if (key !== undefined && rest[key] === undefined && value !== "" && budget.take(value.length)) {
          rest[key] = value;
        }
      }
    }
  }
  const { type: main, subtype, parameters } = type ?? fallback;
  const content = { type: main, subtype, parameters: affordable(parameters, budget), ...rest };
  return { content, boundary: main === "multipart" ? boundaryOf(parameters) : "" };
}

/** RFC 2046 §5.1.1: a boundary does not end in white space. */
function boundaryOf(parameters: readonly MessageParameter[]): string {
  return (parameters.find(([name]) => name === "boundary")?.[1] ?? "").replace(/[ \t]+$/, "");
}

function affordable(parameters: readonly MessageParameter[], budget: TextBudget): readonly MessageParameter[] {
  return parameters.every(([name, value]) => budget.take(name.length + value.length)) ? parameters : [];
}
