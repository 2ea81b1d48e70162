// decode-form.ts: the bytes of a form, in the encoding that its content type names, as a FormData.
import { decode, part } from "../shared.js";
import { FormData } from "./form-data.js";
import { type Part, partsOf } from "./multipart.js";
import { parameterOf } from "./parameters.js";

const { File } = part("blob");

/** @throws TypeError when the type is no form's, or the bytes are not of that type */
export function decodeForm(bytes: ArrayBuffer, type: string): FormData {
  const [essence] = type.split(";");
  switch (essence!.trim().toLowerCase()) {
    case "application/x-www-form-urlencoded":
      return decodeUrlencoded(textOf(new Uint8Array(bytes)));
    case "multipart/form-data": {
      const boundary = parameterOf(type, "boundary");
      if (boundary === undefined) throw new TypeError("formData: the content type names no boundary");
      return decodeMultipart(partsOf(new Uint8Array(bytes), boundary));
    }
    default:
      throw new TypeError(`formData: got the content type ${JSON.stringify(type)}, expected a form's`);
  }
}

function decodeMultipart(parts: readonly Part[]): FormData {
  const form = new FormData();
  for (const { name, filename, type, bytes } of parts) {
    if (filename === undefined) form.append(name, textOf(bytes));
    else form.append(name, new File([bytes], filename, { type: type ?? "text/plain" }));
  }
  return form;
}

/** The URL standard's parser of application/x-www-form-urlencoded. */
function decodeUrlencoded(text: string): FormData {
  const form = new FormData();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    form.append(unescaped(at < 0 ? pair : pair.slice(0, at)), at < 0 ? "" : unescaped(pair.slice(at + 1)));
  }
  return form;
}

function unescaped(text: string): string {
  const spaced = text.replaceAll("+", " ");
  if (!spaced.includes("%")) return spaced;
  // Bytes that are no UTF-8 become U+FFFD, which decodeURIComponent would not do.
  return spaced.replace(/(?:%[\da-f]{2})+/gi, (run) =>
    textOf(Uint8Array.from(run.match(/[\da-f]{2}/gi)!, (hex) => Number.parseInt(hex, 16))),
  );
}

function textOf(bytes: Uint8Array): string {
  const text = decode({
    buffer: bytes.buffer as ArrayBuffer,
    offset: bytes.byteOffset,
    length: bytes.byteLength,
  });
  return text;
}
