// encode-form.ts: a FormData as multipart/form-data (RFC 7578, and HTML's "multipart/form-data encoding algorithm").
import { type Extracted, host, join, part } from "../shared.js";
import type { FormData } from "./form-data.js";

const { blobBytes } = part("blob");

export function encodeForm(form: FormData): Extracted {
  const boundary = `----MayflyFormBoundary${randomText()}`;
  const pieces: ArrayBuffer[] = [];
  for (const [name, value] of form) {
    const disposition = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(lines(name))}"`;
    if (typeof value === "string") {
      pieces.push(host.encode(`${disposition}\r\n\r\n${lines(value)}\r\n`));
    } else {
      const type = value.type || "application/octet-stream";
      const head = `${disposition}; filename="${escaped(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`;
      pieces.push(host.encode(head), blobBytes(value), host.encode("\r\n"));
    }
  }
  pieces.push(host.encode(`--${boundary}--\r\n`));
  return { content: join(pieces), type: `multipart/form-data; boundary=${boundary}` };
}

function lines(text: string): string {
  return text.replace(/\r\n?|\n/g, "\r\n");
}

function escaped(name: string): string {
  return name.replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/"/g, "%22");
}

/** Which no content holds by chance. */
function randomText(): string {
  const bytes = new Uint8Array(12);
  host.fillRandom(bytes.buffer, 0, bytes.length);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
