// labels.ts: the names that the Encoding standard gives the encodings that are known here (section 4.2).

export type EncodingName = "utf-8" | "utf-16le" | "windows-1252";

const LABELS: Record<EncodingName, string> = {
  "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
  "utf-16le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
  "windows-1252":
    "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
};

/** The encoding of a label, or undefined. */
export function encodingOf(label: string): EncodingName | undefined {
  const wanted = label.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "").toLowerCase();
  const found = Object.entries(LABELS).find(([, labels]) => labels.split(" ").includes(wanted));
  return found?.[0] as EncodingName | undefined;
}
