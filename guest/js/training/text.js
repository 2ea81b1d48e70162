// text.js: strings: templates, escaping, splitting, searching, encoding, regular expressions.

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

function page(title, people) {
  let rows = "";
  for (const { name, age, email } of people)
    rows +=
      "<tr><td>" +
      escapeHtml(name) +
      `</td><td>${age}</td><td><a href="mailto:${email}">${email}</a></td></tr>\n`;
  return `<!doctype html>\n<title>${escapeHtml(title)}</title>\n<table>${rows}</table>`;
}

function csv(text) {
  const [head, ...lines] = text.trim().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell.trim()])));
}

/** A tokenizer, one regular expression with named groups. */
const TOKEN = /\s*(?:(?<number>\d+(?:\.\d+)?)|(?<name>[A-Za-z_]\w*)|(?<operator>[-+*/()=]))/y;

function tokens(source) {
  const found = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(source); match !== null; match = TOKEN.exec(source)) {
    const { number, name, operator } = match.groups;
    found.push(number !== undefined ? Number(number) : (name ?? operator));
  }
  return found;
}

function base64(bytes) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let k = 3; k >= 0; k--) text += alphabet[(group >> (6 * k)) & 63];
  }
  return text;
}

function utf8(text) {
  const bytes = [];
  for (const character of text) {
    const code = character.codePointAt(0);
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
}

function wordCounts(text) {
  const counts = new Map();
  for (const word of text.toLowerCase().match(/[a-z']+/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

const PROSE =
  "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was the epoch of belief";
const VALID = [
  /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/,
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  /^(?:https?):\/\/([^/:]+)(?::(\d+))?(\/.*)?$/i,
  /(foo|bar|baz)+$/,
];

function text() {
  let total = 0;
  const people = Array.from({ length: 12 }, (_, i) => ({
    name: i % 3 ? `Person <${i}>` : `Ada & "Bob" ${i}`,
    age: 20 + i,
    email: `p${i}@example.org`,
  }));
  for (let i = 0; i < 6; i++) total += page(`People & pages, ${i}`, people).length;
  const table = `id,name,city\n${people.map(({ name, age }) => `${age}, ${name}, Berlin`).join("\n")}\n`;
  for (let i = 0; i < 4; i++) total += csv(table).filter(({ name }) => name.startsWith("Ada")).length;
  for (let i = 0; i < 12; i++)
    total += tokens(`total${i} = (price * ${i}.25 + tax) / (2 - rate_${i})`).length;
  total += base64(utf8(`${PROSE} Größe ✓ ${PROSE}`)).length;
  for (let i = 0; i < 6; i++) total += wordCounts(PROSE)[0][1];
  for (const sample of [
    "ada@example.org",
    "2024-02-30",
    "http://localhost:8080/a/b?c=d",
    "nothing at all",
    "x foobarbaz",
  ])
    for (let i = 0; i < 8; i++) for (const form of VALID) total += form.test(sample) ? 1 : 0;
  for (let i = 0; i < 40; i++) {
    const path = `/users/${i}/posts/${i * 3}`;
    total += path.split("/").filter(Boolean).length + path.indexOf("posts") + path.lastIndexOf("/");
    total += path.slice(1, 6).toUpperCase().trim().padEnd(10, ".").length + path.charCodeAt(i % path.length);
    total += path.replace("users", "people").includes("people") ? 1 : 0;
    total += path.replaceAll("s", "").localeCompare(path) + (path > "/users/2" ? 1 : 0);
    total += [...path].reverse().join("").length + "-".repeat(i).length + path.substring(2, 9).at(-1).length;
  }
  for (let i = 0; i < 10; i++) {
    const query = encodeURIComponent(`a b&c=\u00fc/${i}`);
    total += query.length + decodeURIComponent(query).length;
  }
  const parts = [];
  for (let i = 0; i < 150; i++) parts.push("item", String(i), "\u00e9");
  let joined = parts.join(" ");
  for (let i = 0; i < 60; i++) joined += joined[i];
  return total + joined.length;
}

for (let round = 0; round < 30; round++) text();
